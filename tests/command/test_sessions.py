import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chime_proxy._deployed.session import DeclaredSession, FoundSession
from chime_proxy._sessions.number import parse_number
from chime_proxy._sessions.report import shown

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
RIDER, DRIVER, PROXY = "+14015550101", "+12065550100", "+12065550199"
SESSION_ID = "c6b002df-b5b2-5cbd-975f-4181297a0872"


def found(key: str, reason: str = "", **members: Any) -> FoundSession:
    """A session that was updated 18 minutes ago; without members the API has none."""
    declared = DeclaredSession(
        logical_id=f"Sessions{key}B69AA551",
        construct_id=key,
        physical_id=f"abcdef1ghij2klmno3pqr4/{SESSION_ID}",
        properties={"ParticipantPhoneNumbers": [RIDER, DRIVER]},
        endpoint=None,
    )
    participants = [{"PhoneNumber": one, "ProxyPhoneNumber": PROXY} for one in (RIDER, DRIVER)]
    actual = {
        "Status": "Open",
        "Name": RIDER,
        "Participants": participants,
        "ExpiryMinutes": 60,
        "UpdatedTimestamp": NOW - timedelta(minutes=18),
        **members,
    }
    return FoundSession(declared=declared, actual=actual if members else None, reason=reason)


def text(*sessions: FoundSession, number: str | None = None) -> tuple[list[list[str]], int]:
    """The cells of each session's line, and the exit code."""
    printed, code = shown({"Rides": sessions}, number, NOW, width=None, as_data=False)
    return [line.split() for line in printed.splitlines()[2:]], code


def test_session_has_a_line_with_the_minutes_that_are_left() -> None:
    """A session's line has its key, id, status, proxy number and minutes after the last update."""
    rows, code = text(found("ride-1", Status="Open"), found("ride-2", Status="InProgress"))

    assert code == 0
    assert rows == [
        ["ride-1", SESSION_ID, "Open", PROXY, "42+"],
        ["ride-2", SESSION_ID, "InProgress", PROXY, "42+"],
    ]


def test_session_in_use_has_no_negative_minutes() -> None:
    """A session that was used after its last update may be open past that update's clock."""
    rows, _ = text(found("ride-1", ExpiryMinutes=5))

    assert rows[0][-1] == "0+"


def test_closed_missing_and_unknown_sessions_have_no_minutes() -> None:
    """A session that is not open has no minutes; only one that could not be read is exit code 2."""
    ended = found("ride-1", Status="Closed")

    assert text(ended, found("ride-2")) == (
        [["ride-1", SESSION_ID, "Closed", PROXY, "-"], ["ride-2", SESSION_ID, "Missing", "-", "-"]],
        0,
    )
    rows, code = text(found("ride-3", reason="ForbiddenException"))
    assert rows == [["ride-3", SESSION_ID, "Unknown:", "ForbiddenException", "-", "-"]]
    assert code == 2


@pytest.mark.parametrize("number", [RIDER, DRIVER, PROXY])
def test_number_finds_the_sessions_that_it_is_in(number: str) -> None:
    """A participant's number and the proxy number find the session, and no other one."""
    other = [{"PhoneNumber": "+12065550107", "ProxyPhoneNumber": "+12065550198"}]

    rows, code = text(
        found("ride-1", Status="Open"), found("ride-2", Participants=other), number=number
    )

    assert [row[0] for row in rows] == ["ride-1"]
    assert code == 0


def test_number_of_no_session_is_exit_code_1() -> None:
    """A number that is in no session is exit code 1; if one could not be read, it is 2."""
    nobody = "+12065550107"

    assert text(found("ride-1", Status="Open"), number=nobody) == ([], 1)
    rows, code = text(found("ride-1", reason="ForbiddenException"), number=nobody)
    assert ([row[0] for row in rows], code) == (["ride-1"], 2)


@pytest.mark.parametrize("as_data", [True, False])
@pytest.mark.parametrize("number", [None, RIDER])
def test_participants_are_never_printed(number: str | None, *, as_data: bool) -> None:
    """Neither the table nor the JSON has a participant's number, also not the one looked for."""
    sessions = {"Rides": [found("ride-1", Status="Open")]}

    printed, _ = shown(sessions, number, NOW, width=None, as_data=as_data)

    assert PROXY in printed
    assert "401555" not in printed
    assert DRIVER not in printed


def test_json_has_the_names_of_the_api() -> None:
    """Programs get the stack, both ids, and null for minutes that there are not."""
    sessions = {"Rides": [found("ride-1", Status="Open"), found("ride-2")]}

    printed, _ = shown(sessions, None, NOW, width=None, as_data=True)

    (stack,) = json.loads(printed)["Stacks"]
    assert stack["StackName"] == "Rides"
    assert stack["Sessions"][0]["ProxySessionId"] == SESSION_ID
    assert [one["MinutesLeft"] for one in stack["Sessions"]] == [42, None]


@pytest.mark.parametrize("typed", [RIDER, " +1 (401) 555-0101\n", "+1.401.555.0101"])
def test_number_may_be_typed_with_punctuation(typed: str) -> None:
    """Blanks and punctuation do not matter."""
    assert parse_number(typed) == RIDER


@pytest.mark.parametrize("typed", ["", "4015550101", "+0401555", "+1401555010a"])
def test_unusable_number_is_refused_without_being_repeated(typed: str) -> None:
    """A number without its plus sign is refused, and the message does not contain it."""
    with pytest.raises(ValueError, match="a plus sign") as refused:
        parse_number(typed)
    assert not typed or typed not in str(refused.value)
