"""What is left of sessions after whatever happens to their stack."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from local.faults.control import switch_fault
from local.faults.fault import Fault, FaultKind
from tests.local.checkout import Checkout
from tests.local.rides import HERE, without_permission
from tests.local.session_stack import SessionStack


@pytest.fixture
def stack(new_stack: SessionStack, port: int) -> Iterator[SessionStack]:
    """Name a stack that does not exist, and check that no session is left of it afterwards."""
    yield new_stack
    switch_fault(port, None)
    new_stack.delete()
    assert new_stack.existing() == set()


def _eventually(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


def test_sibling_failure(stack: SessionStack, checkout: Checkout) -> None:
    """A session is taken back when what is deployed with it fails."""
    done = checkout.cdk("deploy --require-approval never", "failing")
    assert done.returncode == 1
    assert "NotFound" in done.stdout
    assert stack.status() == "ROLLBACK_COMPLETE"
    assert stack.existing() == set()


def test_update_in_place_taken_back(stack: SessionStack) -> None:
    """A session that an update changed keeps id and number when the update fails later."""
    stack.create("one")
    sessions, number = stack.sessions(), stack.number()
    assert stack.update("texting-failing") == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sessions() == stack.existing() == sessions
    assert stack.number() == number


def test_replacement_taken_back(stack: SessionStack) -> None:
    """A session that an update replaced stays, with its number, when the update fails later."""
    stack.create("one")
    sessions, number = stack.sessions(), stack.number()
    assert stack.update("replaced-failing") == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sessions() == stack.existing() == sessions
    assert stack.number() == number


def test_refused_update(stack: SessionStack, port: int) -> None:
    """A session whose own update is refused keeps id and number."""
    stack.create("one")
    sessions, number = stack.sessions(), stack.number()
    switch_fault(port, Fault(kind=FaultKind.REFUSE, count=1))
    assert stack.update("texting") == "UPDATE_ROLLBACK_COMPLETE"
    assert "no longer supported" in stack.failures()
    assert stack.sessions() == stack.existing() == sessions
    assert stack.number() == number


def test_service_back_during_destroy(stack: SessionStack, port: int) -> None:
    """A session is deleted although the API is down for some seconds."""
    stack.create("one")
    switch_fault(port, Fault(kind=FaultKind.DOWN, count=3))
    assert stack.delete() == "DELETE_COMPLETE"


def test_service_down_during_destroy(stack: SessionStack, checkout: Checkout) -> None:
    """A session that cannot be deleted keeps its function, and goes when the API is back."""
    stack.create("one")
    sessions = stack.sessions()
    assert checkout.local("fault", "refuse").returncode == 0
    done = checkout.cdk("destroy --force", "one")
    assert done.returncode == 1
    assert "no longer supported" in done.stdout
    assert stack.status() == "DELETE_FAILED"
    assert stack.undeleted() == ["RideD2E8B8E4"]
    assert checkout.local("fault", "none").returncode == 0
    assert stack.sessions() == stack.existing() == sessions
    assert checkout.cdk("destroy --force", "one").returncode == 0


def test_session_left_behind(stack: SessionStack, port: int) -> None:
    """A session that the API never deletes is left behind, and its stack is deleted."""
    stack.create("one")
    (session,) = stack.sessions()
    switch_fault(port, Fault(kind=FaultKind.REFUSE))
    assert stack.abandon() == "DELETE_COMPLETE"
    switch_fault(port, None)
    stack.delete_by_hand(session)


def test_service_ends_during_rollback(stack: SessionStack, port: int) -> None:
    """A session that a rollback could not take back stays the stack's."""
    stack.begin(stack.templates["delayed"])
    assert _eventually(stack.existing)
    switch_fault(port, Fault(kind=FaultKind.REFUSE))
    assert stack.created() == "ROLLBACK_FAILED"
    switch_fault(port, None)
    assert len(stack.existing()) == 1
    assert stack.existing() == stack.sessions()
    assert stack.delete() == "DELETE_COMPLETE"


def test_crash(stack: SessionStack, checkout: Checkout) -> None:
    """A function that cannot be imported fails its deployment soon, and nothing is left of it."""
    assert checkout.local("fault", "crash", "--count", "1").returncode == 0
    started = time.monotonic()
    done = checkout.cdk("deploy --require-approval never", "hasty")
    assert time.monotonic() - started < 60
    assert done.returncode == 1
    assert "did not receive a response from your Custom Resource" in done.stdout
    assert "No module named 'no_such_module'" in checkout.folder.log.read_text()
    assert stack.status() == "ROLLBACK_COMPLETE"


def test_crash_for_good(stack: SessionStack) -> None:
    """A stack whose function can never be imported is deleted by leaving its session."""
    assert stack.create("broken") == "ROLLBACK_FAILED"
    assert stack.abandon() == "DELETE_COMPLETE"


def test_throttled(stack: SessionStack, checkout: Checkout) -> None:
    """A deployment succeeds if the API is throttled for a while."""
    assert checkout.local("fault", "throttle", "--count", "3").returncode == 0
    assert checkout.cdk("deploy --require-approval never", "one").returncode == 0
    assert "No fault is on" in checkout.local("fault").stdout
    assert stack.sessions() == stack.existing()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.LOSE_ANSWER, count=1),
        Fault(kind=FaultKind.SLOW, count=1, seconds=12),
    ],
    ids=lambda fault: fault.kind,
)
def test_lost_answer(stack: SessionStack, port: int, fault: Fault) -> None:
    """There is exactly one session when the answer to its creation does not arrive."""
    switch_fault(port, fault)
    assert stack.create("one") == "CREATE_COMPLETE"
    assert stack.sessions() == stack.existing()


def test_failed_create(stack: SessionStack, port: int) -> None:
    """There is no session when the API has failed to create it."""
    switch_fault(port, Fault(kind=FaultKind.ERROR, count=1))
    assert stack.create("one") == "ROLLBACK_COMPLETE"
    assert "ServiceFailure" in stack.failures()
    assert stack.existing() == set()


def test_lost_answer_to_delete(stack: SessionStack, port: int) -> None:
    """A session is deleted although the answer to that does not arrive."""
    stack.create("one")
    switch_fault(port, Fault(kind=FaultKind.LOSE_ANSWER, count=1))
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("before", "after"),
    [("two", "one"), ("one", "moved"), ("far", "one"), ("far", "moved")],
    ids=["session", "session moved", "session and policy", "both"],
)
def test_permission_outlives_session(stack: SessionStack, before: str, after: str) -> None:
    """What an update removes is deleted while the function's role may still do it."""
    stack.create(before)
    assert stack.update(after) == "UPDATE_COMPLETE"
    assert stack.failures() == ""
    assert stack.sessions() == stack.existing()


def test_abandoned(stack: SessionStack, port: int) -> None:
    """A session that an update removes is nobody's if the API refuses to delete it."""
    stack.create("two")
    switch_fault(port, Fault(kind=FaultKind.REFUSE, count=3))
    assert stack.update("one") == "UPDATE_COMPLETE"
    (abandoned,) = stack.existing() - stack.sessions()
    stack.delete_by_hand(abandoned)


def test_role_decides(stack: SessionStack) -> None:
    """Without the policy of its connector a session is not created, and IAM says why."""
    stack.begin(without_permission(stack.templates["one"], ":vc/"))
    assert stack.created() == "ROLLBACK_COMPLETE"
    reason = r"not authorized to perform: chime:CreateProxySession on resource: \S+:vc/" + HERE
    assert re.search(reason, stack.failures())
    assert stack.existing() == set()
