"""HTTP to Lambda's payload format 2.0 and back, as a function URL does it."""

import base64
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A complete request.

    Args:
        method: in capitals.
        raw_path: still percent-encoded.
        raw_query: without the question mark, still percent-encoded.
        headers: names in lower case; repeated ones joined by a comma.
        raw_headers: as they came.
        body: all its bytes.
    """

    method: str
    raw_path: str
    raw_query: str
    headers: dict[str, str]
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def address(self) -> str:
        """The path and query, as in the URL."""
        return f"{self.raw_path}?{self.raw_query}" if self.raw_query else self.raw_path


async def read_request(scope: Scope, receive: Receive) -> HttpRequest:
    """Read an ASGI request, all of its body included."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    raw_headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    address = b"?".join((scope["raw_path"], scope["query_string"])).decode("latin-1")
    return http_request(scope["method"], address, raw_headers, body)


def http_request(
    method: str, address: str, headers: Iterable[tuple[str, str]], body: bytes
) -> HttpRequest:
    """Return the request that has these parts, as an HTTP server or client knows them.

    Args:
        method: in capitals.
        address: the path and query, still percent-encoded.
        headers: names in any case; a name may be repeated.
        body: the bytes that came.
    """
    raw_path, _, raw_query = address.partition("?")
    joined: dict[str, str] = {}
    raw_headers = []
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
        raw_headers.append((name.encode("latin-1"), value.encode("latin-1")))
    return HttpRequest(
        method=method,
        raw_path=raw_path,
        raw_query=raw_query,
        headers=joined,
        raw_headers=raw_headers,
        body=body,
    )


def lambda_event(request: HttpRequest) -> dict[str, Any]:
    """Return the event of a function URL for this request."""
    now = datetime.now(UTC)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.raw_path,
        "rawQueryString": request.raw_query,
        "headers": request.headers,
        "queryStringParameters": _query_parameters(request.raw_query),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": request.headers.get("host", ""),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": bool(request.body),
    }
    if request.body:
        event["body"] = base64.b64encode(request.body).decode()
    return event


def _query_parameters(raw_query: str) -> dict[str, str]:
    values = parse_qs(raw_query, keep_blank_values=True)
    return {name: ",".join(value) for name, value in values.items()}


async def result_of(
    application: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, receive: Receive
) -> dict[str, Any]:
    """Return the answer of an ASGI application as a function's result in payload format 2.0."""
    messages: list[dict[str, Any]] = []

    async def keep(message: dict[str, Any]) -> None:
        messages.append(message)

    await application(scope, receive, keep)
    start, *rest = messages
    return {
        "statusCode": start["status"],
        "headers": {name.decode(): value.decode() for name, value in start["headers"]},
        "body": base64.b64encode(b"".join(part.get("body", b"") for part in rest)).decode(),
        "isBase64Encoded": True,
    }


async def send_result(send: Send, result: dict[str, Any]) -> None:
    """Answer with a function's result in payload format 2.0."""
    body = str(result.get("body") or "")
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    headers["content-length"] = str(len(content))
    await send(
        {
            "type": "http.response.start",
            "status": result["statusCode"],
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        },
    )
    await send({"type": "http.response.body", "body": content})
