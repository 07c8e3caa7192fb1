"""The local cloud as one ASGI application."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from chime_proxy_local.cloud.permission import check_permission, signed_for
from chime_proxy_local.cloudformation.custom_resource import ANSWER_PATH, MAILBOXES
from chime_proxy_local.console.view import CONSOLE_PATH
from chime_proxy_local.faults.control import FAULT_PATH, answer_control
from chime_proxy_local.faults.faulty_api import API_FAULTS, send_answer
from chime_proxy_local.faults.switch import FaultSwitch
from chime_proxy_local.gateway import (
    HttpRequest,
    Receive,
    Scope,
    Send,
    lambda_event,
    read_request,
    result_of,
    send_result,
)
from chime_proxy_local.health import HEALTH_PATH

_SERVICE_PATH = "/voice-connectors/"
_DEPLOYED_SERVICE = re.compile(r"/_aws/execute-api/[^/]+/[^/]+/voice-connectors/.*", re.DOTALL)
# CDK's bootstrap bucket refuses everybody who does not come by TLS. Nothing leaves this machine,
# so loopback counts as secure.
_SECURE_TRANSPORT = (b"x-forwarded-proto", b"https")


class ProxySessionApi(Protocol):
    """The proxy-session service, as a Lambda function has it."""

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer one event in Lambda's payload format 2.0."""


class ConsolePage(Protocol):
    """The page for people."""

    def answer(self, request: HttpRequest) -> dict[str, Any]:
        """Answer one request, in payload format 2.0."""


class Cloud:
    """One port for everything: proxy sessions here, all other services by ministack.

    Args:
        ministack: ministack's own application.
        proxy_sessions: serves `/voice-connectors/...`.
        console: serves `/_local/console`.
        faults: holds the fault of the proxy-session API, the one served here and deployed ones.
    """

    def __init__(
        self,
        ministack: Callable[[Scope, Receive, Send], Awaitable[None]],
        proxy_sessions: ProxySessionApi,
        console: ConsolePage,
        faults: FaultSwitch,
    ) -> None:
        self._ministack = ministack
        self._proxy_sessions = proxy_sessions
        self._console = console
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the ASGI protocol."""
        path = scope.get("path", "")
        if path == HEALTH_PATH:
            await send_result(send, _json(200, {"pid": os.getpid()}))
        elif path == FAULT_PATH:
            request = await read_request(scope, receive)
            await send_result(send, answer_control(self._faults, request))
        elif path == CONSOLE_PATH or path.startswith(f"{CONSOLE_PATH}/"):
            request = await read_request(scope, receive)
            await send_result(send, await asyncio.to_thread(self._console.answer, request))
        elif path.startswith(ANSWER_PATH):
            request = await read_request(scope, receive)
            MAILBOXES.deliver(request.address, request.body)
            await send_result(send, {"statusCode": 200})
        elif path.startswith(_SERVICE_PATH):
            request = await read_request(scope, receive)
            fault = self._faults.strike(API_FAULTS)
            await send_answer(fault, partial(asyncio.to_thread, self._serve, request), send)
        elif _DEPLOYED_SERVICE.fullmatch(path):
            fault = self._faults.strike(API_FAULTS)
            await send_answer(fault, partial(self._deployed, scope, receive), send)
        else:
            headers = [*scope.get("headers", ()), _SECURE_TRANSPORT]
            await self._ministack({**scope, "headers": headers}, receive, send)

    async def _deployed(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        headers = dict(scope["headers"])
        if signed_for(headers.get(b"authorization", b"").decode("latin-1")) != "execute-api":
            return _json(403, {"message": "Forbidden"})
        return await result_of(self._ministack, scope, receive)

    def _serve(self, request: HttpRequest) -> dict[str, Any]:
        if denial := check_permission(request):
            answer = _json(403, {"Code": denial.code, "Message": denial.message})
            answer["headers"]["x-amzn-ErrorType"] = denial.code
            return answer
        return self._proxy_sessions.handle(lambda_event(request))


def _json(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
