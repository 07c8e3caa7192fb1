"""The servers that a handler calls: the API, the address for its answer, and Lambda."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import LoopbackServer

from chime_proxy_local.cloud.proxy_sessions import create_service
from chime_proxy_local.environment import REGION
from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.wire.api import Api

Invoke = Callable[[dict[str, Any]], Any]
_OPERATIONS = {
    ("POST", False): "CreateProxySession",
    ("GET", False): "ListProxySessions",
    ("GET", True): "GetProxySession",
    ("POST", True): "UpdateProxySession",
    ("DELETE", True): "DeleteProxySession",
}


class World:
    """A loopback server in a thread of this process; it counts the API's calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        """The operations that were called."""
        self.answers: list[dict[str, Any]] = []
        """What was PUT to the ResponseURL."""
        self.invoke: Invoke = lambda _: None
        """The function that Lambda's Invoke operation reaches."""
        self.api_ms = 0.0
        """How long the API took since the last event was made."""
        self._api = Api(create_service().api, default_region=REGION)
        self._server = LoopbackServer(partial(_Connection, self))

    @property
    def endpoint(self) -> str:
        """The server's URL."""
        return self._server.url

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event with an address for its answer that looks freshly signed."""
        self.api_ms = 0.0
        self.calls.clear()
        signed = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        return {**event, "ResponseURL": f"{self.endpoint}/answer?X-Amz-Date={signed}"}

    def serve_api(self, method: str, event: dict[str, Any]) -> dict[str, Any]:
        """Answer a call of the API."""
        start = time.perf_counter()
        answer = self._api.handle(event)
        self.api_ms += (time.perf_counter() - start) * 1000
        of_one = bool(event["rawPath"].partition("/proxy-sessions/")[2])
        self.calls[_OPERATIONS[method, of_one]] += 1
        return answer

    @contextmanager
    def running(self) -> Iterator["World"]:
        """Serve until the end of the block."""
        with self._server.running():
            yield self


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, world: World, *connection: Any) -> None:
        self._world = world
        super().__init__(*connection)

    def do_PUT(self) -> None:
        """Take an answer, or a call of the API."""
        if self.path.startswith("/answer"):
            self._world.answers.append(json.loads(self._body()))
            self._reply(200, b"")
        else:
            self.do_GET()

    def do_POST(self) -> None:
        """Invoke a function, or take a call of the API."""
        if self.path.endswith("/invocations"):
            result = self._world.invoke(json.loads(self._body()))
            self._reply(200, json.dumps(result).encode())
        else:
            self.do_GET()

    def do_GET(self) -> None:
        """Take a call of the API."""
        answer = self._world.serve_api(self.command, self._event())
        self._reply(answer["statusCode"], (answer.get("body") or "").encode(), answer["headers"])

    do_DELETE = do_GET  # noqa: N815 - the server looks for this name

    def log_message(self, *_: object) -> None:
        """Keep silent."""

    def _event(self) -> dict[str, Any]:
        request = http_request(self.command, self.path, self.headers.items(), self._body())
        return lambda_event(request)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
