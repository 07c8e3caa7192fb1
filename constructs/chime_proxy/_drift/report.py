"""Prints the drift of sessions as a table or JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from chime_proxy._command.columns import columns
from chime_proxy._deployed.session import keys
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


def table(stack: str, drifts: Sequence[SessionDrift], width: int | None = None) -> str:
    """Return a line for the stack, and below it the sessions.

    Args:
        stack: its name.
        drifts: those of its sessions.
        width: of the terminal. Default: lines may be of any length.
    """
    in_sync = sum(drift.status is DriftStatus.IN_SYNC for drift in drifts)
    names = keys([drift.session for drift in drifts])
    rows = [
        (name, drift.proxy_number or "-", _WORDS[drift.status], _detail(drift))
        for name, drift in zip(names, drifts, strict=True)
    ]
    title = f"{stack}: {in_sync} of {len(drifts)} sessions in sync"
    return "\n".join([title, *columns(rows, width)])


def as_json(stack: str, drifts: Sequence[SessionDrift]) -> dict[str, Any]:
    """Return the same for programs, under CloudFormation's names."""
    return {"StackName": stack, "Sessions": [_session(drift) for drift in drifts]}


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
