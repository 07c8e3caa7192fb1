"""Compares a declared session with the API's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chime_proxy._deployed.session import DeclaredSession, proxy_number

# Participants' numbers, and names, which may contain one.
_UNSHOWN = {"ParticipantPhoneNumbers", "Name"}
# Properties with the same name in the resource and the API.
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
    """The result of a comparison."""

    IN_SYNC = "IN_SYNC"
    MODIFIED = "MODIFIED"
    CLOSED = "CLOSED"
    DELETED = "DELETED"
    NOT_CHECKED = "NOT_CHECKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A property with another value than declared.

    Args:
        name: the name of the property.
        declared: the value in the template; None for a phone number or a name.
        actual: the value in the API; None for a phone number or a name.
    """

    name: str
    declared: str | None
    actual: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDrift:
    """The drift of one session.

    Args:
        session: the declared session.
        status: the result of the comparison.
        differences: the properties with other values than declared.
        not_compared: the properties with values outside the template.
        reason: the time of closing, or the error of a failed check; otherwise empty.
        proxy_number: the number that both participants call; empty if unknown.
    """

    session: DeclaredSession
    status: DriftStatus
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[str, ...] = ()
    reason: str = ""
    proxy_number: str = ""


def compared(declared: DeclaredSession, actual: Mapping[str, Any] | None) -> SessionDrift:
    """Compare a declared session with the API's.

    Args:
        declared: the declared session.
        actual: the `ProxySession` of the API's response; None if the API has none.
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
        proxy_number=proxy_number(actual),
    )


def not_checked(declared: DeclaredSession, reason: str) -> SessionDrift:
    """Report a session that could not be checked."""
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
    """Give a session of the API the names of the resource's properties."""
    numbers = [participant["PhoneNumber"] for participant in session.get("Participants", [])]
    return {**{name: session.get(name) for name in _SAME}, "ParticipantPhoneNumbers": numbers}


def _not_compared(properties: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in sorted(properties.items()) if not _is_literal(value))


def _is_literal(value: Any) -> bool:
    """Return False for a reference to a value outside the template."""
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
