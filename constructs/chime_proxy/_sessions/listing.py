"""The sessions of a stack as `chime-proxy sessions` shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chime_proxy._deployed.session import FoundSession, keys, proxy_number

MISSING = "Missing"
UNKNOWN = "Unknown"
_CLOSED = "Closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSession:
    """A session without its participants.

    Args:
        key: for people, see `keys`.
        logical_id: the logical id of the resource.
        physical_id: the ids of the voice connector and the session, joined by a slash.
        status: the API's; `Missing` if it has no such session, `Unknown` if it did not say.
        proxy_number: the number that both participants call; empty if unknown.
        minutes_left: until it closes if nobody calls or texts; None if it does not close, or unknown.
        reason: the reason of `Unknown`; otherwise empty.
    """

    key: str
    logical_id: str
    physical_id: str
    status: str
    proxy_number: str = ""
    minutes_left: int | None = None
    reason: str = ""


def listed(found: Sequence[FoundSession], now: datetime) -> list[ListedSession]:
    """List the sessions of one stack.

    Args:
        found: the sessions.
        now: the time, with a zone.
    """
    names = keys([one.declared for one in found])
    return [_listed(key, one, now) for key, one in zip(names, found, strict=True)]


def has_number(found: FoundSession, number: str) -> bool:
    """Return true if a number is a participant's or the proxy number of a session."""
    participants = (found.actual or {}).get("Participants", [])
    return any(number in participant.values() for participant in participants)


def _listed(key: str, found: FoundSession, now: datetime) -> ListedSession:
    actual = found.actual
    return ListedSession(
        key=key,
        logical_id=found.declared.logical_id,
        physical_id=found.declared.physical_id,
        status=actual["Status"] if actual else UNKNOWN if found.reason else MISSING,
        proxy_number=proxy_number(actual) if actual else "",
        minutes_left=_minutes_left(actual, now) if actual else None,
        reason=found.reason,
    )


def _minutes_left(session: Mapping[str, Any], now: datetime) -> int | None:
    updated, minutes = session.get("UpdatedTimestamp"), session.get("ExpiryMinutes")
    if session["Status"] == _CLOSED or updated is None or minutes is None:
        return None
    left = updated + timedelta(minutes=minutes) - now
    return max(0, int(left.total_seconds() // 60))
