"""Prints sessions as a table or JSON."""

from collections.abc import Sequence
from typing import Any

from chime_proxy._command.columns import columns
from chime_proxy._sessions.listing import ListedSession

_HEADING = ("KEY", "SESSION", "STATUS", "PROXY NUMBER", "MINUTES LEFT")


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
