"""Prints the drift of sessions as a table or JSON."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
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
    """Return 0 if all sessions are in sync, 1 if one is not, 2 if one was not checked."""
    statuses = {drift.status for drift in drifts}
    if DriftStatus.NOT_CHECKED in statuses:
        return NOT_LOOKED
    return DRIFTED if statuses - {DriftStatus.IN_SYNC} else IN_SYNC


def table(stack: str, drifts: Sequence[SessionDrift]) -> str:
    """Return a line for the stack and one for each session.

    A session has its construct's id, or its logical id if that is unknown or not unique.
    """
    in_sync = sum(drift.status is DriftStatus.IN_SYNC for drift in drifts)
    unique = _unique(drift.session.construct_id for drift in drifts)
    names = [_name(drift, unique) for drift in drifts]
    numbers = [drift.proxy_number or "-" for drift in drifts]
    words = [_WORDS[drift.status] for drift in drifts]
    columns = [_padded(names), _padded(numbers), _padded(words), map(_detail, drifts)]
    lines = [f"  {'  '.join(row)}".rstrip() for row in zip(*columns, strict=True)]
    return "\n".join([f"{stack}: {in_sync} of {len(drifts)} sessions in sync", *lines])


def as_json(stack: str, drifts: Sequence[SessionDrift]) -> dict[str, Any]:
    """Return the same for programs, under CloudFormation's names."""
    return {"StackName": stack, "Sessions": [_session(drift) for drift in drifts]}


def _unique(construct_ids: Iterable[str]) -> set[str]:
    return {one for one, count in Counter(construct_ids).items() if one and count == 1}


def _name(drift: SessionDrift, unique: Container[str]) -> str:
    session = drift.session
    if session.construct_id in unique:
        return session.construct_id
    return f"{session.logical_id} (logical id)"


def _padded(texts: Sequence[str]) -> list[str]:
    width = max(map(len, texts), default=0)
    return [text.ljust(width) for text in texts]


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
