import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any

from local.gateway import http_request, lambda_event

from chime_proxy_service.handlers.api import handler
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import ProxySession, SessionKey
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

VOICE_CONNECTOR = "/voice-connectors/abcdef1ghij2klmno3pqr4"
PROXY = f"{VOICE_CONNECTOR}/programmable-numbers/proxy"
WANTED = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}


def event(method: str, path: str = PROXY, body: bytes = b"") -> dict[str, Any]:
    """Make the event of a request."""
    return lambda_event(http_request(method, path, [("Content-Type", "application/json")], body))


def test_container_remembers_from_one_event_to_the_next() -> None:
    """A warm container serves the API, and remembers from one invocation to the next."""
    put = handler(event("PUT", body=json.dumps(WANTED).encode()), None)
    asked = event("GET")
    get = handler(asked, None)

    assert put["statusCode"] == get["statusCode"] == 200
    assert get["body"] == put["body"]
    assert get["headers"]["x-amzn-RequestId"] == asked["requestContext"]["requestId"]


def test_body_may_come_as_text() -> None:
    """A function URL sends a body of text as it is, not in base64."""
    encoded = event("PUT", body=json.dumps(WANTED).encode())
    text = base64.b64decode(encoded["body"]).decode()

    answer = handler(encoded | {"body": text, "isBase64Encoded": False}, None)

    assert answer["statusCode"] == 200


def test_path_may_begin_with_the_stage() -> None:
    """An HTTP API with a named stage puts that name before the path."""
    staged = event("PUT", f"/prod{PROXY}", json.dumps(WANTED).encode())
    staged["requestContext"]["stage"] = "prod"

    assert handler(staged, None)["statusCode"] == 200


class SlowStore(MemoryStore):
    """A store whose reading of a session waits until another request has been answered."""

    def __init__(self, answered: Event) -> None:
        super().__init__()
        self.answered = answered
        self.reading = Event()

    def session(self, key: SessionKey) -> ProxySession | None:
        """Read a session once another request has been answered."""
        self.reading.set()
        assert self.answered.wait(5)
        return super().session(key)


def test_slow_request_holds_up_no_other() -> None:
    """While one thread's request waits for the store, another thread's is answered."""
    answered = Event()
    store = SlowStore(answered)
    service = ProxySessionService(store, NumberPool([]), clock=partial(datetime.now, UTC))
    api = Api(service, default_region="us-east-1")

    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(api.handle, event("GET", f"{VOICE_CONNECTOR}/proxy-sessions/1"))
        assert store.reading.wait(5)
        assert api.handle(event("GET"))["statusCode"] == 404
        answered.set()
        assert slow.result()["statusCode"] == 404
