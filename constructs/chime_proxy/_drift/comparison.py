"""Compares a declared session with the API's session."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

# Phone numbers, and names that people may have put one into.
_UNSHOWN = {"ParticipantPhoneNumbers", "Name"}
# What the resource and the API call the same.
_SAME = (
    "VoiceConnectorId",
    "Capabilities",
    "ExpiryMinutes",
    "Name",
    "NumberSelectionBehavior",
    "GeoMatchLevel",
    "GeoMatchParams",
)


class DriftStatus(StrEnum):
    """The result of a comparison, in CloudFormation's drift statuses."""

    IN_SYNC = "IN_SYNC"
    MODIFIED = "MODIFIED"
    CLOSED = "CLOSED"
    DELETED = "DELETED"
    NOT_CHECKED = "NOT_CHECKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSession:
    """A session as a deployed stack has it.

    Args:
        logical_id: its resource's.
        construct_id: the id of its construct, which is the key of an entry in a sessions file;
            empty if the template has no construct paths.
        physical_id: the connector's id and the session's, with a slash between them.
        properties: as the template has them, with references to what is not in it.
        endpoint_url: where its provider finds the API; empty for AWS's own endpoint, None where
            the template does not say.
    """

    logical_id: str
    construct_id: str = ""
    physical_id: str
    properties: Mapping[str, Any]
    endpoint_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A property that is not as declared.

    Args:
        name: the property's name.
        declared: its value in the template; None where it is not shown.
        actual: its value in the API; None where it is not shown.
    """

    name: str
    declared: str | None
    actual: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDrift:
    """The comparison of one session.

    Args:
        session: its declaration.
        status: the result.
        differences: the properties that are not as declared.
        not_compared: the properties whose values are not in the template.
        reason: more about the status; empty if there is nothing more.
        proxy_number: the number that both participants call; empty if unknown.
    """

    session: DeclaredSession
    status: DriftStatus
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[str, ...] = ()
    reason: str = ""
    proxy_number: str = ""


def compared(declared: DeclaredSession, actual: Mapping[str, Any] | None) -> SessionDrift:
    """Compare a session with its declaration.

    Args:
        declared: the session in the stack.
        actual: the API's ProxySession, or None if it has none.
    """
    if actual is None:
        return SessionDrift(session=declared, status=DriftStatus.DELETED)
    differences = tuple(_differences(declared.properties, actual))
    status = DriftStatus.MODIFIED if differences else DriftStatus.IN_SYNC
    closed = actual.get("Status") == "Closed"
    return SessionDrift(
        session=declared,
        status=DriftStatus.CLOSED if closed else status,
        differences=differences,
        not_compared=tuple(_not_compared(declared.properties)),
        reason=_end(actual.get("EndedTimestamp")) if closed else "",
        proxy_number=_proxy_number(actual),
    )


def not_checked(declared: DeclaredSession, reason: str) -> SessionDrift:
    """Return the result for a session that could not be read."""
    return SessionDrift(session=declared, status=DriftStatus.NOT_CHECKED, reason=reason)


def _differences(properties: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in _properties_of(actual).items():
        if name not in properties or not _is_literal(properties[name]):
            continue
        declared = properties[name]
        if _canonical(declared) != _canonical(value):
            shown = name not in _UNSHOWN
            yield Difference(
                name=name,
                declared=_text(declared) if shown else None,
                actual=_text(value) if shown else None,
            )


def _properties_of(session: Mapping[str, Any]) -> dict[str, Any]:
    """A session of the API under the names of the resource's properties."""
    numbers = [participant["PhoneNumber"] for participant in session.get("Participants", [])]
    return {**{name: session.get(name) for name in _SAME}, "ParticipantPhoneNumbers": numbers}


def _not_compared(properties: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in sorted(properties.items()) if not _is_literal(value))


def _proxy_number(session: Mapping[str, Any]) -> str:
    numbers = (one.get("ProxyPhoneNumber", "") for one in session.get("Participants", []))
    return next(numbers, "")


def _is_literal(value: Any) -> bool:
    """Return true if the template contains the value itself."""
    match value:
        case str():
            return "{{resolve:" not in value
        case list():
            return all(map(_is_literal, value))
        case dict():
            references = {"Ref", "SecretArn", "ParameterName"}
            names = [name for name in value if name in references or name.startswith("Fn::")]
            return not names and all(map(_is_literal, value.values()))
    return True


def _canonical(value: Any) -> object:
    match value:
        case list():
            return sorted(map(str, value))
        case dict():
            return {name: str(member) for name, member in value.items()}
    # An empty name and none are the same to the API.
    return "" if value is None else str(value)


def _text(value: Any) -> str:
    match value:
        case list():
            return ",".join(sorted(map(str, value)))
        case dict():
            return " ".join(str(value[name]) for name in sorted(value, reverse=True))
    return "none" if value is None else str(value)


def _end(timestamp: datetime | None) -> str:
    return f"since {timestamp:%Y-%m-%dT%H:%M:%SZ}" if timestamp else ""
