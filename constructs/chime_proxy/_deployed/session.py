"""A session of a deployed stack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chime_proxy._deployed.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSession:
    """A session in the template of a deployed stack.

    Args:
        logical_id: the logical id of the resource.
        construct_id: the id of the CDK construct; for a session of a sessions file, its key. Empty
            if the template has no construct paths.
        physical_id: the ids of the voice connector and the session, joined by a slash.
        properties: the properties in the template; references are not resolved.
        endpoint: the provider's endpoint for the API; None if the template does not contain it.
        provider: the provider's function: its name, or the template's reference to it.
    """

    logical_id: str
    construct_id: str = ""
    physical_id: str
    properties: Mapping[str, Any]
    endpoint: Endpoint | None
    provider: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A declared session, and the API's answer for it.

    Args:
        declared: the declared session.
        actual: the `ProxySession` of the API's response; None if there is none.
        reason: the reason why the API's answer is not known; otherwise empty.
    """

    declared: DeclaredSession
    actual: Mapping[str, Any] | None = None
    reason: str = ""


def keys(sessions: Sequence[DeclaredSession]) -> list[str]:
    """Name the sessions of a stack for people.

    A session has its construct's id, or its logical id if that is unknown or not unique. Logical
    ids are marked.
    """
    times = Counter(one.construct_id for one in sessions)
    return [
        one.construct_id
        if one.construct_id and times[one.construct_id] == 1
        else f"{one.logical_id} (logical id)"
        for one in sessions
    ]


def proxy_number(session: Mapping[str, Any]) -> str:
    numbers = (one.get("ProxyPhoneNumber", "") for one in session.get("Participants", []))
    return next(numbers, "")
