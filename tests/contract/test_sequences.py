"""CloudFormation's own sequences, each a claim about the provider."""

from typing import Any

import pytest
from tests.contract.api import ApiFault
from tests.contract.bucket import BucketFault
from tests.contract.cloudformation import Rollback, Stack
from tests.contract.ride import OTHER, RIDER, ride
from tests.contract.universe import CONNECTORS, Universe

TWO = CONNECTORS[1]


def check(universe: Universe) -> None:
    """What is open is what CloudFormation believes in, and what it left behind itself."""
    universe.settle()
    expected = {one for one in universe.believed_sessions() if not one.startswith("create-")}

    assert universe.open_sessions() - universe.left_sessions() == expected


def test_create_and_delete(universe: Universe) -> None:
    """A stack's session is there while the stack is, and gone with it."""
    stack = universe.new_stack()

    assert universe.cloudformation.create(stack, {"Ride": ride()})
    check(universe)
    assert universe.cloudformation.delete(stack)

    assert universe.open_sessions() == set()
    assert universe.wire.calls == ["CreateProxySession", "DeleteProxySession"]


def test_failed_create(universe: Universe) -> None:
    """A Create that the API refuses is followed by a Delete with its id, which costs no call."""
    stack = universe.new_stack()
    universe.wire.faults.extend([ApiFault.DENIED] * 6)

    assert not universe.cloudformation.create(stack, {"Ride": ride()})

    assert universe.cloudformation.events[-1]["PhysicalResourceId"].startswith("create-failed/")
    assert set(universe.wire.calls) == {"CreateProxySession"}
    check(universe)


def test_bad_properties(universe: Universe) -> None:
    """A stack with properties at fault is created and deleted without a call."""
    stack = universe.new_stack()

    assert not universe.cloudformation.create(stack, {"Ride": ride(ExpiryMinutes="sixty")})

    assert universe.wire.calls == []
    check(universe)


def test_sibling_fails(universe: Universe) -> None:
    """When another resource fails the session goes with the stack."""
    stack = universe.new_stack()

    universe.cloudformation.create(stack, {"Ride": ride()}, sibling_fails=True)

    assert universe.open_sessions() == set()


def test_cancelled_create(universe: Universe) -> None:
    """A Delete by an invented id, while Create is at work, finds what Create makes meanwhile."""
    stack = universe.new_stack()
    cloudformation, clock = universe.cloudformation, universe.clock
    create = cloudformation.cancelled_create(stack, "Ride", ride())

    late = clock.seconds + 2 * cloudformation.pace_seconds
    clock.at(late, lambda: universe.function.invoke(create))
    cloudformation.delete_unanswered(stack, "Ride", ride())

    check(universe)


def test_cancelled_create_of_others(universe: Universe) -> None:
    """A Delete by an invented id leaves alone other stacks, other resources and named sessions."""
    stack, other = universe.new_stack(), universe.new_stack()
    universe.cloudformation.create(stack, {"Other": ride()})
    universe.cloudformation.create(other, {"Ride": ride(Name="Ride 7"), "Two": ride()})

    universe.cloudformation.delete_unanswered(stack, "Ride", ride())
    universe.cloudformation.delete_unanswered(other, "Ride", ride(Name="Ride 7"))

    assert len(universe.open_sessions()) == 3
    check(universe)


def test_update_in_place(universe: Universe) -> None:
    """An update of what can change keeps the session."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    before = universe.open_sessions()

    assert universe.cloudformation.update(stack, {"Ride": ride(Capabilities=["SMS"])})

    assert universe.open_sessions() == before
    check(universe)


@pytest.mark.parametrize(
    "change",
    [
        {"ParticipantPhoneNumbers": [RIDER, OTHER]},
        {"VoiceConnectorId": TWO},
        {"Name": "Ride 7"},
        {"ExpiryMinutes": None},
    ],
)
def test_replacement_leaves_the_new_session_alone(
    universe: Universe, change: dict[str, Any]
) -> None:
    """A replacement leaves the new session, and none of the old."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    before = universe.open_sessions()

    assert universe.cloudformation.update(stack, {"Ride": ride(**change)})

    check(universe)
    assert universe.open_sessions().isdisjoint(before)


@pytest.mark.parametrize("rollback", Rollback)
@pytest.mark.parametrize(
    "change",
    [
        {"ParticipantPhoneNumbers": [RIDER, OTHER]},
        {"VoiceConnectorId": TWO},
        {"ExpiryMinutes": 90},
        {"ExpiryMinutes": None},
        {"ExpiryMinutes": None, "Capabilities": ["SMS"]},
    ],
)
def test_rollback_after_success(
    universe: Universe, rollback: Rollback, change: dict[str, Any]
) -> None:
    """When another resource fails after the session's update, the first session is back."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    before = universe.open_sessions()

    universe.cloudformation.update(
        stack, {"Ride": ride(**change)}, sibling_fails=True, rollback=rollback
    )

    check(universe)
    assert universe.open_sessions() == before


@pytest.mark.parametrize(
    "faults",
    [
        [ApiFault.NONE, *[ApiFault.DENIED] * 6],
        [ApiFault.NONE, ApiFault.NONE, ApiFault.ERROR_BEFORE],
        [ApiFault.NONE, ApiFault.NONE, ApiFault.ERROR_AFTER],
        [ApiFault.NONE, ApiFault.NONE, ApiFault.ERROR_AFTER, *[ApiFault.ERROR_BEFORE] * 6],
        [ApiFault.NONE, ApiFault.NONE, *[ApiFault.CRASH_AFTER] * 3],
        [ApiFault.NONE, ApiFault.NONE, ApiFault.CRASH_AFTER],
    ],
)
def test_failed_replacement(universe: Universe, faults: list[ApiFault]) -> None:
    """A replacement that fails halfway leaves one session, whatever became of the attempt."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.wire.faults.extend(faults)

    universe.cloudformation.update(stack, {"Ride": ride(ParticipantPhoneNumbers=[RIDER, OTHER])})

    check(universe)
    assert len(universe.open_sessions()) == 1


def test_replacement_made_as_time_runs_out(universe: Universe) -> None:
    """What is made in the very second in which CloudFormation gives up is deleted by the rollback."""
    universe.cloudformation.pace_seconds = 0
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.wire.faults.extend([ApiFault.CRASH_BEFORE] * 2)
    universe.bucket.faults.append(BucketFault.REFUSED)

    universe.cloudformation.update(stack, {"Ride": ride(ParticipantPhoneNumbers=[RIDER, OTHER])})

    check(universe)
    assert len(universe.open_sessions()) == 1


@pytest.mark.parametrize(
    "faults",
    [
        [ApiFault.NONE, ApiFault.NONE, ApiFault.ERROR_AFTER, *[ApiFault.ERROR_BEFORE] * 6],
        [ApiFault.NONE, ApiFault.NONE, *[ApiFault.CRASH_AFTER] * 3],
        [ApiFault.NONE, *[ApiFault.DENIED] * 6],
    ],
)
def test_failed_removal_of_the_expiry(universe: Universe, faults: list[ApiFault]) -> None:
    """An update that fails to take the expiry away leaves the first session and nothing else."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    before = universe.open_sessions()
    universe.wire.faults.extend(faults)

    universe.cloudformation.update(stack, {"Ride": ride(ExpiryMinutes=None)})

    check(universe)
    assert universe.open_sessions() == before


def test_failed_update_keeps_the_number(universe: Universe) -> None:
    """An update with properties at fault, and its rollback, keep the session and its number."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    before = universe.open_sessions()

    assert not universe.cloudformation.update(stack, {"Ride": ride(Name="Ride-7")})

    assert universe.open_sessions() == before
    check(universe)


def test_removed_resource(universe: Universe) -> None:
    """A resource that leaves the template takes its session along."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"One": ride(), "Two": ride()})

    universe.cloudformation.update(stack, {"Two": ride()})

    assert len(universe.open_sessions()) == 1
    check(universe)


def test_retained_session_outlives_its_stack(universe: Universe) -> None:
    """A retained session outlives its replacement, its resource and its stack."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride(retain=True)})

    universe.cloudformation.update(stack, {"Ride": ride(retain=True, Name="Ride 7")})
    universe.cloudformation.delete(stack)

    assert len(universe.open_sessions()) == len(universe.left_sessions()) == 2


def test_delete_of_what_was_never_made(universe: Universe) -> None:
    """A Delete of a resource that never was leaves everything as it is."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Other": ride()})

    universe.cloudformation.delete_unanswered(stack, "Ride", ride())

    assert len(universe.open_sessions()) == 1


def test_abandoned_cleanup(universe: Universe) -> None:
    """A cleanup that fails three times is CloudFormation's to give up; the new session stays."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.wire.faults.extend([ApiFault.NONE] * 3 + [ApiFault.DENIED] * 3)

    assert universe.cloudformation.update(
        stack, {"Ride": ride(ParticipantPhoneNumbers=[RIDER, OTHER])}
    )

    assert len(universe.left_sessions()) == 1
    check(universe)


def test_refused_delete_is_tried_again(universe: Universe) -> None:
    """A stack whose Delete fails can be deleted when the cause is gone."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.wire.faults.append(ApiFault.DENIED)

    assert not universe.cloudformation.delete(stack)
    assert len(universe.open_sessions()) == 1
    assert universe.cloudformation.delete(stack)

    assert universe.open_sessions() == set()


@pytest.mark.parametrize(
    "fault",
    [
        ApiFault.CRASH_BEFORE,
        ApiFault.CRASH_AFTER,
        ApiFault.ERROR_BEFORE,
        ApiFault.ERROR_AFTER,
        ApiFault.RESET_BEFORE,
        ApiFault.RESET_AFTER,
        ApiFault.GARBLED,
        ApiFault.SLOW,
        ApiFault.THROTTLED,
    ],
)
def test_faults_on_create(universe: Universe, fault: ApiFault) -> None:
    """Whatever befalls the call of a Create, there is one session if it succeeds, or none."""
    stack = universe.new_stack()
    universe.wire.faults.append(fault)

    universe.cloudformation.create(stack, {"Ride": ride()})

    check(universe)


@pytest.mark.parametrize(
    "fault",
    [BucketFault.CRASH_BEFORE, BucketFault.LOST, BucketFault.REFUSED, BucketFault.TAKEN_LOST],
)
def test_faults_on_the_answer(universe: Universe, fault: BucketFault) -> None:
    """A Create whose answer is lost is answered at the next delivery with the same session."""
    stack = universe.new_stack()
    universe.bucket.faults.append(fault)

    assert universe.cloudformation.create(stack, {"Ride": ride()})

    assert universe.wire.calls.count("CreateProxySession") == 1
    check(universe)


@pytest.mark.parametrize(
    "second",
    [
        {"Name": "Ride 7"},
        {"Name": "Ride 7", "Capabilities": ["SMS"], "ExpiryMinutes": "5"},
    ],
)
def test_late_creates_of_two_resources_with_one_name_make_two_sessions(
    universe: Universe, second: dict[str, Any]
) -> None:
    """Each gets a session as declared, and deleting one leaves the other's."""
    stack, other = universe.new_stack(), universe.new_stack()
    universe.function.late_seconds = 40
    universe.cloudformation.create(stack, {"Ride": ride(Name="Ride 7")})
    universe.cloudformation.create(other, {"Ride": ride(**second)})
    assert len(universe.open_sessions()) == 2

    universe.cloudformation.delete(other)

    assert len(universe.open_sessions()) == 1
    check(universe)


def test_create_that_never_answers(universe: Universe) -> None:
    """A function that dies at every delivery leaves nothing behind that the Delete does not find."""
    stack = universe.new_stack()
    universe.wire.faults.append(ApiFault.CRASH_AFTER)
    universe.bucket.faults.extend([BucketFault.CRASH_BEFORE] * 2)

    assert not universe.cloudformation.create(stack, {"Ride": ride()})

    assert universe.open_sessions() == set()
    assert not universe.believed_sessions()


@pytest.mark.parametrize("name", [None, "Ride 7"])
def test_expired_session_is_made_anew_and_deleted_without_an_error(
    universe: Universe, name: str | None
) -> None:
    """A session that closed by itself is made anew by an update, and deleted without an error."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride(Name=name)})
    universe.clock.sleep(61 * 60)

    assert universe.cloudformation.update(stack, {"Ride": ride(Name=name, Capabilities=["SMS"])})
    check(universe)
    universe.clock.sleep(61 * 60)

    assert universe.cloudformation.delete(stack)
    assert universe.open_sessions() == set()


def test_session_deleted_by_hand_is_made_anew(universe: Universe) -> None:
    """A session that somebody deleted by hand is made anew by an update."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.end(*universe.open_sessions())

    assert universe.cloudformation.update(stack, {"Ride": ride(ExpiryMinutes=90)})

    check(universe)
    assert len(universe.open_sessions()) == 1


def test_one_container_for_two_stacks(universe: Universe) -> None:
    """A warm container serves two stacks in turn, each with a session of its own."""
    one, two = universe.new_stack(), universe.new_stack()

    universe.cloudformation.create(one, {"Ride": ride()})
    universe.cloudformation.create(two, {"Ride": ride()})
    universe.cloudformation.delete(one)

    check(universe)
    assert len(universe.open_sessions()) == 1


def test_search_that_fails(universe: Universe) -> None:
    """A Create that cannot look for what its first delivery made leaves that to its Delete."""
    stack = universe.new_stack()
    universe.wire.faults.extend([ApiFault.CRASH_AFTER, ApiFault.DENIED])

    assert not universe.cloudformation.create(stack, {"Ride": ride()})

    check(universe)


@pytest.mark.parametrize(
    "fault", [ApiFault.ERROR_AFTER, ApiFault.RESET_AFTER, ApiFault.GARBLED, ApiFault.SLOW]
)
def test_lost_answer_costs_no_second_session(universe: Universe, fault: ApiFault) -> None:
    """A session that was made, though the API's answer was lost, is the resource's session."""
    stack = universe.new_stack()
    universe.wire.faults.append(fault)

    assert universe.cloudformation.create(stack, {"Ride": ride()})

    assert universe.wire.calls.count("CreateProxySession") == 1
    check(universe)


def test_failure_whose_answer_was_lost(universe: Universe) -> None:
    """A failure that CloudFormation knows of is not turned into a success by a second delivery."""
    stack = universe.new_stack()
    universe.wire.faults.extend([ApiFault.DENIED] * 6)
    universe.bucket.faults.append(BucketFault.TAKEN_LOST)

    assert not universe.cloudformation.create(stack, {"Ride": ride()})

    check(universe)
    assert universe.open_sessions() == set()


def test_rollback_that_a_repetition_spoils(universe: Universe) -> None:
    """What a rollback made, and its repetition could not see, is what the next one finds."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.end(*universe.open_sessions())
    universe.wire.faults.extend([*[ApiFault.NONE] * 3, *[ApiFault.DENIED] * 6])
    universe.bucket.faults.extend([BucketFault.NONE, BucketFault.REFUSED])

    universe.cloudformation.update(stack, {"Ride": ride(Name="Ride-7")})

    check(universe)
    assert len(universe.open_sessions()) == 1


def test_session_that_another_stack_retained_is_adopted(universe: Universe) -> None:
    """A resource can be created for a session that another stack retained."""
    stack, session = adopt(universe, Capabilities=["SMS"])

    check(universe)
    assert universe.believed_sessions() == {session}
    assert universe.cloudformation.delete(stack)
    assert universe.open_sessions() == set()


def test_replacement_of_an_adopted(universe: Universe) -> None:
    """What replaces an adopted session is made, though the template names the adopted one still."""
    stack, session = adopt(universe)

    adopted = session.partition("/")[2]
    other = ride(AdoptProxySessionId=adopted, ParticipantPhoneNumbers=[RIDER, OTHER])
    assert universe.cloudformation.update(stack, {"Ride": other})

    assert universe.open_sessions() == universe.believed_sessions() != {session}


def adopt(universe: Universe, **changes: Any) -> tuple[Stack, str]:
    """A stack that has adopted a session, and the session."""
    first, second = universe.new_stack(), universe.new_stack()
    universe.cloudformation.create(first, {"Ride": ride(retain=True)})
    universe.cloudformation.delete(first)
    (session,) = first.retained
    first.retained.clear()
    adopting = ride(AdoptProxySessionId=session.partition("/")[2], **changes)
    assert universe.cloudformation.create(second, {"Ride": adopting})
    return second, session


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize(
    ("change", "calls_before"),
    [({"Name": "Ride-7"}, 0), ({"ParticipantPhoneNumbers": [RIDER, OTHER]}, 2)],
)
def test_failed_update_of_an_adopted(
    universe: Universe, change: dict[str, Any], calls_before: int, *, is_named: bool
) -> None:
    """An update that fails leaves the adopted session, whether or not it is named still."""
    stack, session = adopt(universe)
    adopted: dict[str, Any] = {}
    if is_named:
        adopted["AdoptProxySessionId"] = session.partition("/")[2]
    assert universe.cloudformation.update(stack, {"Ride": ride(**adopted)})
    if calls_before:
        universe.wire.faults.extend([*[ApiFault.NONE] * calls_before, *[ApiFault.DENIED] * 6])

    assert not universe.cloudformation.update(stack, {"Ride": ride(**adopted, **change)})

    assert universe.open_sessions() == universe.believed_sessions() == {session}


@pytest.mark.parametrize("rollback", Rollback)
@pytest.mark.parametrize(
    "change",
    [
        {"ParticipantPhoneNumbers": [RIDER, OTHER]},
        {"GeoMatchLevel": "Country"},
        {"ExpiryMinutes": None},
    ],
)
def test_rollback_to_an_adopted(
    universe: Universe, rollback: Rollback, change: dict[str, Any]
) -> None:
    """When another resource fails after the adopted session's replacement, that session is back."""
    stack, session = adopt(universe)
    replacing = ride(AdoptProxySessionId=session.partition("/")[2], **change)

    universe.cloudformation.update(
        stack, {"Ride": replacing}, sibling_fails=True, rollback=rollback
    )

    assert universe.open_sessions() == universe.believed_sessions() == {session}


def test_repetition_after_a_rollback(universe: Universe) -> None:
    """An update that Lambda repeats after its rollback does not delete what the rollback made."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Ride": ride()})
    universe.end(*universe.open_sessions())
    universe.bucket.faults.append(BucketFault.TAKEN_LOST)

    universe.cloudformation.update(stack, {"Ride": ride(Name="Ride 7")}, sibling_fails=True)
    universe.settle()

    (believed,) = universe.believed_sessions()
    assert believed in universe.open_sessions()
