"""Prints sessions as a table or JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chime_proxy._command.columns import columns
from chime_proxy._deployed.session import FoundSession
from chime_proxy._sessions.listing import ListedSession, has_number, listed

SHOWN, IN_NONE, NOT_READ = 0, 1, 2
_HEADING = ("KEY", "SESSION", "STATUS", "PROXY NUMBER", "MINUTES LEFT")


def shown(
    stacks: Mapping[str, Sequence[FoundSession]],
    number: str | None,
    now: datetime,
    *,
    width: int | None,
    as_data: bool,
) -> tuple[str, int]:
    """Return the sessions of stacks as text, and the exit code.

    Args:
        stacks: the sessions by the stacks' names.
        number: leave out the sessions that it is not in; one that could not be read is kept. None:
            show all.
        now: the time, with a zone.
        width: of the terminal. None: lines may be of any length.
        as_data: return JSON in place of a table.
    """
    sessions = {
        name: [
            session
            for session, one in zip(listed(found, now), found, strict=True)
            if number is None or one.reason or has_number(one, number)
        ]
        for name, found in stacks.items()
    }
    code = exit_code([one for found in stacks.values() for one in found], number)
    if as_data:
        of_stacks = [as_json(name, of_stack) for name, of_stack in sessions.items()]
        return json.dumps({"Stacks": of_stacks}, indent=2), code
    return "\n".join(table(name, of_stack, width) for name, of_stack in sessions.items()), code


def exit_code(found: Sequence[FoundSession], number: str | None) -> int:
    """Return 2 if a session could not be read, 1 if a number is in none, otherwise 0."""
    if any(one.reason for one in found):
        return NOT_READ
    if number is not None and not any(has_number(one, number) for one in found):
        return IN_NONE
    return SHOWN


def table(stack: str, sessions: Sequence[ListedSession], width: int | None) -> str:
    """Return a line for the stack, and below it the sessions.

    Args:
        stack: its name.
        sessions: those to show.
        width: of the terminal. None: lines may be of any length.
    """
    rows = [_HEADING, *map(_row, sessions)] if sessions else []
    title = f"{stack}: {len(sessions)} session{'s' * (len(sessions) != 1)}"
    return "\n".join([title, *columns(rows, width)])


def as_json(stack: str, sessions: Sequence[ListedSession]) -> dict[str, Any]:
    """Return the same for programs, under CloudFormation's names."""
    return {"StackName": stack, "Sessions": [_members(session) for session in sessions]}


def _row(session: ListedSession) -> tuple[str, ...]:
    return (
        session.key,
        _session_id(session),
        f"{session.status}: {session.reason}" if session.reason else session.status,
        session.proxy_number or "-",
        "-" if session.minutes_left is None else f"{session.minutes_left}+",
    )


def _session_id(session: ListedSession) -> str:
    return session.physical_id.partition("/")[2]


def _members(session: ListedSession) -> dict[str, Any]:
    return {
        "Key": session.key,
        "LogicalResourceId": session.logical_id,
        "VoiceConnectorId": session.physical_id.partition("/")[0],
        "ProxySessionId": _session_id(session),
        "Status": session.status,
        "ProxyPhoneNumber": session.proxy_number,
        "MinutesLeft": session.minutes_left,
        "Reason": session.reason,
    }
