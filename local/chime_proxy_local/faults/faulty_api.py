"""The proxy-session API under a fault."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from chime_proxy_local.faults.fault import Fault, FaultKind
from chime_proxy_local.gateway import Send, send_result

Result = dict[str, Any]

API_FAULTS = frozenset(FaultKind) - {FaultKind.CRASH}
# Status, code and message of what does not get as far as the API.
_REFUSALS = {
    FaultKind.THROTTLE: (429, "ThrottledClient", "Too many requests"),
    FaultKind.ERROR: (500, "ServiceFailure", "The service has failed"),
    FaultKind.DOWN: (503, "ServiceUnavailable", "The service is unavailable"),
    FaultKind.REFUSE: (403, "Forbidden", "Proxy sessions are no longer supported"),
}


async def send_answer(
    fault: Fault | None, serve: Callable[[], Awaitable[Result]], send: Send
) -> None:
    """Answer one request under a fault.

    Args:
        fault: None for a good answer.
        serve: carries out the request and returns the API's answer.
        send: takes the answer.
    """
    kind = fault.kind if fault else None
    result = _refusal(*_REFUSALS[kind]) if kind in _REFUSALS else await serve()
    if kind is FaultKind.LOSE_ANSWER:
        await _send_torn(send)
        return
    await asyncio.sleep(fault.seconds if fault else 0)
    await send_result(send, result)


def _refusal(status: int, code: str, message: str) -> Result:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "x-amzn-ErrorType": f"{code}Exception"},
        "body": json.dumps({"Code": code, "Message": message}),
    }


async def _send_torn(send: Send) -> None:
    # The server cuts a connection over which less came than was announced.
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
