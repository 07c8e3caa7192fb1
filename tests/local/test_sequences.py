"""What is left of sessions after whatever happens to their stack."""

import re
from collections.abc import Iterator

import pytest
from tests.local.patience import eventually
from tests.local.rides import HERE, without_permission
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack

from chime_proxy_local.faults.control import current_fault, switch_fault
from chime_proxy_local.faults.fault import Fault, FaultKind


@pytest.fixture
def port(rides_cloud: RunningCloud) -> int:
    """Return the port of the cloud that has the stack."""
    return rides_cloud.port


@pytest.fixture
def stack(new_stack: SessionStack, port: int) -> Iterator[SessionStack]:
    """Name a stack that does not exist, and check that no session is left of it afterwards."""
    yield new_stack
    switch_fault(port, None)
    new_stack.delete()
    assert new_stack.existing() == set()


def test_session_goes_when_its_sibling_fails(stack: SessionStack) -> None:
    """A session is taken back when what is deployed with it fails."""
    assert stack.create("failing") == "ROLLBACK_COMPLETE"
    assert "NotFound" in stack.failures()
    assert stack.existing() == set()


def test_rolled_back_update_keeps_session_and_number(stack: SessionStack) -> None:
    """A session that an update changed keeps id and number when the update fails later."""
    stack.create("one")
    sessions, number = stack.sessions(), stack.number()
    assert stack.update("texting-failing") == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sessions() == stack.existing() == sessions
    assert stack.number() == number


def test_rolled_back_replacement_keeps_session_and_number(stack: SessionStack) -> None:
    """A session that an update replaced stays, with its number, when the update fails later."""
    stack.create("one")
    sessions, number = stack.sessions(), stack.number()
    assert stack.update("replaced-failing") == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sessions() == stack.existing() == sessions
    assert stack.number() == number


def test_replaced_session_is_gone(stack: SessionStack) -> None:
    """Another participant gets a session of its own, and the old one is gone."""
    stack.create("one")
    before = stack.sessions()
    assert stack.update("another-rider") == "UPDATE_COMPLETE"
    assert stack.sessions() == stack.existing()
    assert stack.sessions().isdisjoint(before)


def test_refused_update_keeps_session_and_number(stack: SessionStack, port: int) -> None:
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


def test_service_down_during_destroy(stack: SessionStack, port: int) -> None:
    """A session that cannot be deleted keeps its function, and goes when the API is back."""
    stack.create("one")
    sessions = stack.sessions()
    switch_fault(port, Fault(kind=FaultKind.REFUSE))
    assert stack.delete() == "DELETE_FAILED"
    assert "no longer supported" in stack.failures()
    assert len(stack.undeleted()) == 1
    switch_fault(port, None)
    assert stack.sessions() == stack.existing() == sessions
    assert stack.delete() == "DELETE_COMPLETE"


def test_session_can_be_left_behind(stack: SessionStack, port: int) -> None:
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
    assert eventually(stack.existing)
    switch_fault(port, Fault(kind=FaultKind.REFUSE))
    assert eventually(lambda: stack.fail("Wait"))
    assert stack.created() == "ROLLBACK_FAILED"
    switch_fault(port, None)
    assert len(stack.existing()) == 1
    assert stack.existing() == stack.sessions()
    assert stack.delete() == "DELETE_COMPLETE"


def test_crash_fails_the_deployment_and_leaves_nothing(
    stack: SessionStack, rides_cloud: RunningCloud
) -> None:
    """A function that cannot be imported fails its deployment, and nothing is left of it."""
    switch_fault(rides_cloud.port, Fault(kind=FaultKind.CRASH, count=1))
    assert stack.create("hasty") == "ROLLBACK_COMPLETE"
    assert "did not receive a response from your Custom Resource" in stack.failures()
    assert "No module named 'no_such_module'" in rides_cloud.folder.log.read_text()


def test_stack_of_broken_function_can_be_deleted(stack: SessionStack) -> None:
    """A stack whose function can never be imported is deleted by leaving its session."""
    assert stack.create("broken") == "ROLLBACK_FAILED"
    assert stack.abandon() == "DELETE_COMPLETE"


def test_throttled_api_is_asked_again(stack: SessionStack, port: int) -> None:
    """A deployment succeeds if the API is throttled for a while."""
    switch_fault(port, Fault(kind=FaultKind.THROTTLE, count=3))
    assert stack.create("one") == "CREATE_COMPLETE"
    assert current_fault(port) is None
    assert stack.sessions() == stack.existing()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.LOSE_ANSWER, count=1),
        Fault(kind=FaultKind.SLOW, count=1, seconds=12),
    ],
    ids=lambda fault: fault.kind,
)
def test_lost_answer_makes_one_session(stack: SessionStack, port: int, fault: Fault) -> None:
    """There is exactly one session when the answer to its creation does not arrive."""
    switch_fault(port, fault)
    assert stack.create("one") == "CREATE_COMPLETE"
    assert stack.sessions() == stack.existing()


def test_failed_create_leaves_no_session(stack: SessionStack, port: int) -> None:
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


def test_undeletable_session_is_abandoned_by_an_update(stack: SessionStack, port: int) -> None:
    """A session that an update removes is nobody's if the API refuses to delete it."""
    stack.create("two")
    switch_fault(port, Fault(kind=FaultKind.REFUSE, count=3))
    assert stack.update("one") == "UPDATE_COMPLETE"
    (abandoned,) = stack.existing() - stack.sessions()
    stack.delete_by_hand(abandoned)


def test_session_needs_the_policy_of_its_connector(stack: SessionStack) -> None:
    """Without the policy of its connector a session is not created, and IAM says why."""
    stack.begin(without_permission(stack.templates["one"], ":vc/"))
    assert stack.created() == "ROLLBACK_COMPLETE"
    reason = r"not authorized to perform: chime:CreateProxySession on resource: \S+:vc/" + HERE
    assert re.search(reason, stack.failures())
    assert stack.existing() == set()
