"""The remedies of troubleshooting.md, carried out on stacks that a fault has broken."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.folders import ROOT
from tests.local.running_cloud import ROOT_CREDENTIALS, RunningCloud
from tests.local.session_stack import SessionStack

from chime_proxy_local.environment import REGION
from chime_proxy_local.faults.control import switch_fault
from chime_proxy_local.faults.fault import Fault, FaultKind
from chime_proxy_local.health import endpoint

TEXT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault, the operation it strikes, and the way out on the page.

    Args:
        kind: the fault.
        state: the state of `rides` that the stack is created with or updated to; empty if it is deleted.
        is_new: True if the stack is created, False if it is there before the fault.
        status: the status of the stack after the operation.
        search: the words of the event that a reader searches for.
        advice: a part of a line found by them.
        heading: of the section for the status.
        count: the requests that the fault strikes; None until it is switched off.
        lasts: True if the commands have to work in spite of the fault.
    """

    kind: FaultKind
    status: str
    search: str
    advice: str
    heading: str
    state: str = ""
    is_new: bool = False
    count: int | None = None
    lasts: bool = False


TROUBLES = (
    Trouble(
        kind=FaultKind.CRASH,
        count=1,
        state="hasty",
        is_new=True,
        status="ROLLBACK_COMPLETE",
        search="CloudFormation did not receive a response from your Custom Resource",
        advice="gave [no answer]",
        heading="ROLLBACK_COMPLETE",
    ),
    Trouble(
        kind=FaultKind.LOSE_ANSWER,
        state="one",
        is_new=True,
        status="ROLLBACK_FAILED",
        search="NetworkFailure",
        advice="No complete answer came",
        heading="ROLLBACK_FAILED",
    ),
    Trouble(
        kind=FaultKind.THROTTLE,
        state="texting",
        status="UPDATE_ROLLBACK_FAILED",
        search="Throttling",
        advice="Deploy again later",
        heading="UPDATE_ROLLBACK_FAILED",
    ),
    Trouble(
        kind=FaultKind.ERROR,
        state="texting",
        status="UPDATE_ROLLBACK_FAILED",
        search="ServiceInternalError",
        advice="The API failed",
        heading="Continue a rollback without a session",
        lasts=True,
    ),
    Trouble(
        kind=FaultKind.DOWN,
        status="DELETE_FAILED",
        search="ServiceUnavailableException",
        advice="Try again",
        heading="DELETE_FAILED",
    ),
    Trouble(
        kind=FaultKind.REFUSE,
        status="DELETE_FAILED",
        search="If the service has ended, delete the stack again and retain this resource",
        advice="See [DELETE_FAILED]",
        heading="Delete a stack and leave its session",
        lasts=True,
    ),
)


@pytest.fixture
def stack(new_stack: SessionStack, rides_cloud: RunningCloud) -> Iterator[SessionStack]:
    """Name a stack that does not exist, and remove it with all sessions afterwards."""
    yield new_stack
    switch_fault(rides_cloud.port, None)
    new_stack.delete()
    for session in new_stack.existing():
        new_stack.delete_by_hand(session)


def _run(commands: str, cloud: RunningCloud) -> str:
    settings = {
        "AWS_ENDPOINT_URL": endpoint(cloud.port),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_CREDENTIALS.access_key,
        "AWS_SECRET_ACCESS_KEY": ROOT_CREDENTIALS.secret_key,
    }
    command = ["bash", "-euo", "pipefail", "-c", commands]
    done = subprocess.run(
        command,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _commands(heading: str) -> str:
    """Return the commands of a section of the page."""
    (section,) = re.findall(rf"^##+ {heading}\n(.*?)(?=^#)", TEXT, re.DOTALL | re.MULTILINE)
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return str(commands)


def _operate(stack: SessionStack, trouble: Trouble) -> str:
    if trouble.is_new:
        return stack.create(trouble.state)
    return stack.update(trouble.state) if trouble.state else stack.delete()


def test_first_failure_is_shown(stack: SessionStack, rides_cloud: RunningCloud) -> None:
    """The command prints the failed events, and first the cause with its error code."""
    stack.create("failing")

    first, *_ = _run(_commands("Read the stack's events"), rides_cloud).splitlines()

    assert first.split("\t")[1].startswith("Sibling")
    assert "Message returned: NotFound: CreateProxySession" in first


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind.value)
def test_remedy_of_the_page_works(
    stack: SessionStack, rides_cloud: RunningCloud, trouble: Trouble
) -> None:
    """The words of the event lead to a line of the page; the commands for the status free the stack.

    Afterwards it can be deployed again.
    """
    if not trouble.is_new:
        assert stack.create("one") == "CREATE_COMPLETE"
    switch_fault(rides_cloud.port, Fault(kind=trouble.kind, count=trouble.count))
    assert _operate(stack, trouble) == trouble.status
    assert trouble.search in stack.failures()
    found = [line for line in TEXT.splitlines() if trouble.search in line]
    assert any(trouble.advice in line for line in found)

    if not trouble.lasts:
        switch_fault(rides_cloud.port, None)
    _run(_commands(trouble.heading), rides_cloud)

    switch_fault(rides_cloud.port, None)
    if trouble.status.startswith("UPDATE"):
        assert stack.status() == "UPDATE_ROLLBACK_COMPLETE"
        assert stack.update("another-rider") == "UPDATE_COMPLETE"
    else:
        assert stack.create("one") == "CREATE_COMPLETE"
