"""Prints drift as a table or as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chime_proxy._drift.comparison import Difference, DriftStatus, SessionDrift

IN_SYNC, DRIFTED, NOT_LOOKED = 0, 1, 2
_WORDS = {
    DriftStatus.IN_SYNC: "in sync",
    DriftStatus.MODIFIED: "modified",
    DriftStatus.CLOSED: "closed",
    DriftStatus.DELETED: "missing",
    DriftStatus.NOT_CHECKED: "not checked",
}


def exit_code(drifts: Sequence[SessionDrift]) -> int:
    """Return 0 if all sessions are as declared, 1 if one is not, 2 if one could not be read."""
    statuses = {drift.status for drift in drifts}
    if DriftStatus.NOT_CHECKED in statuses:
        return NOT_LOOKED
    return DRIFTED if statuses - {DriftStatus.IN_SYNC} else IN_SYNC


def table(stack: str, drifts: Sequence[SessionDrift]) -> str:
    """A line for the stack, and one for each session."""
    in_sync = sum(drift.status is DriftStatus.IN_SYNC for drift in drifts)
    repeated = Counter(drift.session.construct_id for drift in drifts)
    rows = [(_name(drift, repeated), _WORDS[drift.status], _detail(drift)) for drift in drifts]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    lines = [
        f"  {one:<{widths[0]}}  {two:<{widths[1]}}  {more}".rstrip() for one, two, more in rows
    ]
    return "\n".join([f"{stack}: {in_sync} of {len(drifts)} sessions in sync", *lines])


def as_json(stack: str, drifts: Sequence[SessionDrift]) -> dict[str, Any]:
    """The same for programs, with CloudFormation's names."""
    return {"StackName": stack, "Sessions": [_session(drift) for drift in drifts]}


def _name(drift: SessionDrift, repeated: Counter[str]) -> str:
    session = drift.session
    is_unique = repeated[session.construct_id] == 1
    return session.construct_id if session.construct_id and is_unique else session.logical_id


def _detail(drift: SessionDrift) -> str:
    parts = [drift.reason, *map(_difference, drift.differences)]
    if drift.not_compared:
        parts.append(f"not compared: {', '.join(drift.not_compared)}")
    return "; ".join(filter(None, parts))


def _difference(difference: Difference) -> str:
    if difference.declared is None:
        return f"{difference.name} differs"
    return f"{difference.name} is {difference.actual}, declared {difference.declared}"


def _session(drift: SessionDrift) -> dict[str, Any]:
    return {
        "LogicalResourceId": drift.session.logical_id,
        "PhysicalResourceId": drift.session.physical_id,
        "ConstructId": drift.session.construct_id,
        "ProxyPhoneNumber": drift.proxy_number,
        "DriftStatus": str(drift.status),
        "Reason": drift.reason,
        "Differences": [_members(difference) for difference in drift.differences],
        "NotCompared": list(drift.not_compared),
    }


def _members(difference: Difference) -> Mapping[str, str]:
    members = {"Property": difference.name}
    if difference.declared is not None and difference.actual is not None:
        members |= {"Declared": difference.declared, "Actual": difference.actual}
    return members
