"""Answers DescribeStacks of one stack when its operation has ended.

The CDK CLI asks again after 5 seconds and the AWS CLI after 30. An operation here is over sooner.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack.services import cloudformation

_LONGEST_SECONDS = 30
_POLL_SECONDS = 0.05
_MOVING = "_IN_PROGRESS</StackStatus>"
# Such a stack waits for somebody to execute its change set.
_REVIEW = f">REVIEW{_MOVING}"

Answer = tuple[Any, ...]
Handle = Callable[..., Coroutine[Any, Any, Answer]]


def install() -> None:
    """Replace the function that gets all requests to CloudFormation."""
    cloudformation.handle_request = settling(cloudformation.handle_request)


def settling(handle: Handle, longest_seconds: float = _LONGEST_SECONDS) -> Handle:
    """Return a handler whose DescribeStacks of one stack waits for the end of its operation.

    Args:
        handle: answers requests to CloudFormation.
        longest_seconds: after that long, the answer says that the operation is in progress.
    """

    async def settled(
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
    ) -> Answer:
        answer = await handle(method, path, headers, body, query)
        if not _describes_one_stack(body):
            return answer
        deadline = time.monotonic() + longest_seconds
        while _is_moving(answer) and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
            answer = await handle(method, path, headers, body, query)
        return answer

    return settled


def _describes_one_stack(body: bytes) -> bool:
    fields = parse_qs(body.decode(errors="replace"))
    return fields.get("Action") == ["DescribeStacks"] and "StackName" in fields


def _is_moving(answer: Answer) -> bool:
    text = answer[2].decode() if isinstance(answer[2], bytes) else str(answer[2])
    return _MOVING in text and _REVIEW not in text
