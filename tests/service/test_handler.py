import json
from typing import Any

from chime_proxy_service.handlers.api import handler

PROXY = "/voice-connectors/abcdef1ghij2klmno3pqr4/programmable-numbers/proxy"


def event(method: str, body: str | None = None) -> dict[str, Any]:
    """What a function URL sends: text bodies come as they are, absent fields not at all."""
    return {
        "version": "2.0",
        "rawPath": PROXY,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": PROXY},
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "stage": "$default",
        },
        **({"body": body} if body else {}),
        "isBase64Encoded": False,
    }


def test_handler() -> None:
    """A warm container serves the API, and remembers from one invocation to the next."""
    wanted = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}

    put = handler(event("PUT", json.dumps(wanted)), None)
    get = handler(event("GET"), None)

    assert put["statusCode"] == get["statusCode"] == 200
    assert get["body"] == put["body"]
    assert get["headers"]["x-amzn-RequestId"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
