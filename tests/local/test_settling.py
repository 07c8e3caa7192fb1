import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from tests.local.probe import ProbeStack

from chime_proxy_local.cloudformation.settling import Answer, settling

ONE, ALL = b"Action=DescribeStacks&StackName=Rides", b"Action=DescribeStacks"


def first_answer(body: bytes, *statuses: str, longest_seconds: float = 600) -> str:
    """Return the status in the answer to a request, by a stack that goes through these."""
    left = iter(statuses)

    async def handle(*_: str | bytes | Mapping[str, Any]) -> Answer:
        return 200, {}, f"<StackStatus>{next(left)}</StackStatus>".encode()

    handler = settling(handle, longest_seconds)
    answer = asyncio.run(handler("POST", "/", {}, body, {}))
    return str(answer[2].decode().split(">")[1].split("<")[0])


@pytest.mark.parametrize("end", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE"])
def test_stack_is_described_when_its_operation_has_ended(end: str) -> None:
    """DescribeStacks of one stack answers with the end of its operation."""
    assert first_answer(ONE, "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", end) == end


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ALL, "CREATE_IN_PROGRESS"),
        (ONE, "REVIEW_IN_PROGRESS"),
        (b"Action=DescribeStackEvents&StackName=Rides", "CREATE_IN_PROGRESS"),
    ],
)
def test_other_answers_do_not_wait(body: bytes, status: str) -> None:
    """A list of all stacks does not wait, nor a stack whose change set nobody executed."""
    assert first_answer(body, status) == status


def test_operation_that_takes_long_is_said_to_be_in_progress() -> None:
    """An operation that goes on for longer is in progress by the answer."""
    answer = first_answer(ONE, "CREATE_IN_PROGRESS", longest_seconds=0)
    assert answer == "CREATE_IN_PROGRESS"


def test_first_answer_of_the_cloud_is_the_end(stack: ProbeStack) -> None:
    """A stack of the cloud is complete the first time that it is asked for."""
    stack.begin(Create={"Delay": 1})
    (described,) = stack.cloudformation.describe_stacks(StackName=stack.name)["Stacks"]
    assert described["StackStatus"] == "CREATE_COMPLETE"
