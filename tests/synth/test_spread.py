from collections.abc import Mapping
from typing import Any

import pytest

from chime_proxy._sessions_file.spread import spread

STACKS = [f"Rides{number}" for number in range(8)]


def rides(count: int) -> dict[str, dict[str, Any]]:
    """Sessions on one connector."""
    return {f"ride-{number}": ride() for number in range(count)}


def ride(connector: str = "main", *participants: str | Mapping[str, str]) -> dict[str, Any]:
    """A session's properties, as far as they count here."""
    return {"VoiceConnectorId": connector, "ParticipantPhoneNumbers": participants}


def places(sessions: Mapping[str, Any], stacks: list[str]) -> dict[str, str]:
    """The stack of each key."""
    return {key: stack for stack, part in spread(sessions, stacks).items() for key in part}


def test_neighbours_mean_nothing() -> None:
    """A session's stack does not depend on other sessions or on any order."""
    few, many = rides(10), rides(2000)
    backwards = dict(reversed(many.items()))

    assert places(few, STACKS).items() <= places(many, STACKS).items()
    assert places(many, STACKS) == places(backwards, STACKS[::-1])


def test_one_more_stack() -> None:
    """Sessions move to the new stack only, and no more than about its share."""
    before, after = places(rides(1800), STACKS), places(rides(1800), [*STACKS, "Rides8"])
    moved = {key for key in before if before[key] != after[key]}

    assert {after[key] for key in moved} == {"Rides8"}
    assert len(moved) == pytest.approx(200, rel=0.2)


def test_stays_where_it_is_for_good() -> None:
    """The places of sessions are pinned: another hash would move those deployed."""
    assert places(rides(6), STACKS) == {
        "ride-0": "Rides0",
        "ride-1": "Rides1",
        "ride-2": "Rides3",
        "ride-3": "Rides0",
        "ride-4": "Rides3",
        "ride-5": "Rides5",
    }


@pytest.mark.parametrize(
    "sessions",
    [
        rides(479),
        {f"ride-{number}": ride(f"connector{number}") for number in range(240)},
        {
            f"ride-{number}": ride("main", {"SecretArn": "one"}, {"ParameterName": f"/{number}"})
            for number in range(239)
        },
    ],
)
def test_stack_has_room_for_480_resources(sessions: dict[str, dict[str, Any]]) -> None:
    """A stack has room for 480 resources: sessions, and a permission per connector and number."""
    spread(sessions, ["Rides"])
    more = {**sessions, "one-more": ride("another", "+14015550101")}

    with pytest.raises(ValueError, match="more than the 480 a stack has room for"):
        spread(more, ["Rides"])
