"""Repeated requests against a service that knows idempotency keys: one session, or a clean failure."""

import pytest
from tests.contract.api import ApiFault
from tests.contract.cloudformation import Properties
from tests.contract.resource import Resource
from tests.contract.ride import ride
from tests.contract.universe import Universe

NAMED = ride(Name="Ride 7").properties
UNNAMED = ride().properties


@pytest.fixture
def universe() -> Universe:
    """A universe whose service knows keys."""
    return Universe(knows_keys=True)


@pytest.fixture(params=["named", "unnamed"])
def properties(request: pytest.FixtureRequest) -> Properties:
    """A session with a name of the user's own, and one without."""
    return NAMED if request.param == "named" else UNNAMED


@pytest.mark.parametrize("seconds", [0, 100])
def test_repeated_create_makes_one_session(
    resource: Resource, properties: Properties, seconds: float
) -> None:
    """A Create that is delivered again, a minute or nearly three later, is answered the same."""
    first = resource.create(properties)
    resource.universe.clock.sleep(seconds)

    again = resource.repeat()

    assert again["PhysicalResourceId"] == first["PhysicalResourceId"]
    assert again["Status"] == "SUCCESS"
    assert resource.listed() == [first["PhysicalResourceId"]]


@pytest.mark.parametrize("late", [0, 45])
def test_simultaneous_creates_make_one_session(
    resource: Resource, properties: Properties, late: float
) -> None:
    """A second delivery that overtakes the first one's call gets the same session."""
    universe = resource.universe
    universe.function.late_seconds = late
    deliveries = ["second"]

    def overtake(operation: str, _: object) -> None:
        if operation == "CreateProxySession" and deliveries:
            deliveries.pop()
            universe.function.invoke(universe.function.current)

    universe.wire.before_call = overtake
    first = resource.create(properties)

    (mailbox,) = universe.bucket.mailboxes.values()
    assert [one["PhysicalResourceId"] for one in mailbox.answers] == [
        first["PhysicalResourceId"]
    ] * 2
    assert {one["Status"] for one in mailbox.answers} == {"SUCCESS"}
    assert resource.listed() == [first["PhysicalResourceId"]]


def test_create_after_its_delete_fails_cleanly(resource: Resource, properties: Properties) -> None:
    """A Create that is delivered again after the Delete makes no session."""
    create = resource.create(properties)
    resource.delete(create["PhysicalResourceId"], properties)

    again = resource.repeat(-2)

    assert again["Status"] == "FAILED"
    assert "use another key" in again["Reason"]
    assert resource.listed() == []


@pytest.mark.parametrize(
    "fault",
    [
        ApiFault.ERROR_BEFORE,
        ApiFault.ERROR_AFTER,
        ApiFault.RESET_BEFORE,
        ApiFault.RESET_AFTER,
        ApiFault.GARBLED,
        ApiFault.SLOW,
        ApiFault.THROTTLED,
    ],
)
def test_creation_without_an_answer_is_repeated(
    resource: Resource, properties: Properties, fault: ApiFault
) -> None:
    """The provider sends a creation again under its key, and the Delete finds its session."""
    resource.disturb(fault)

    answer = resource.create(properties)

    assert answer["Status"] == "SUCCESS"
    assert resource.listed() == [answer["PhysicalResourceId"]]
    resource.delete(answer["PhysicalResourceId"], properties)
    assert resource.listed() == []


def test_conflict_says_that_a_session_may_exist(resource: Resource) -> None:
    """A repetition with other participants, as after a rotated secret, is swept for by its Delete."""
    first = resource.create(UNNAMED)
    event = resource.universe.cloudformation.events[-1]
    event["ResourceProperties"] = {
        **event["ResourceProperties"],
        "ParticipantPhoneNumbers": ["+14015550109", "+12065550100"],
        "Name": "Ride 9",
    }

    again = resource.repeat()

    assert again["Status"] == "FAILED"
    assert again["PhysicalResourceId"].startswith("create-interrupted/")
    assert resource.listed() == [first["PhysicalResourceId"]]


@pytest.mark.parametrize(
    "fault", [ApiFault.RESET_AFTER, ApiFault.ERROR_AFTER, ApiFault.CRASH_AFTER]
)
def test_named_session_whose_answer_was_lost_is_found_by_the_repetition(
    resource: Resource, fault: ApiFault
) -> None:
    """Lambda's repetition of a Create that was cut off gets the session that was made."""
    resource.disturb(fault)
    resource.create(NAMED)

    again = resource.repeat()

    assert again["Status"] == "SUCCESS"
    assert resource.listed() == [again["PhysicalResourceId"]]


def test_session_that_closed_before_the_repetition_is_answered_as_closed(
    resource: Resource,
) -> None:
    """With an expiry of a minute, the repetition's answer is a success with the Status Closed."""
    first = resource.create(ride(ExpiryMinutes=1).properties)
    resource.universe.clock.sleep(65)

    again = resource.repeat()

    assert again["PhysicalResourceId"] == first["PhysicalResourceId"]
    assert (again["Status"], again["Data"]["Status"]) == ("SUCCESS", "Closed")
    assert resource.universe.open_sessions() == set()


def test_replacement_is_made_once(resource: Resource, properties: Properties) -> None:
    """An Update that replaces, delivered again, has one session to put in place of the old one."""
    old = {**properties}
    new = {**properties, "GeoMatchLevel": "Country"}
    before = resource.create(old)["PhysicalResourceId"]
    first = resource.update(before, old, new)

    second = resource.repeat()

    assert second["PhysicalResourceId"] == first["PhysicalResourceId"] != before
    assert sorted(resource.listed()) == sorted([before, first["PhysicalResourceId"]])
