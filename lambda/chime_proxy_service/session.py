"""A proxy session and its values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

Position: TypeAlias = tuple[int, str]
"""A session's sort key in its connector's list: creation in epoch milliseconds, then its id."""

RETENTION = timedelta(days=30)
"""The retention of a session whose service has none of its own."""


class Status(StrEnum):
    """The status of a session. It is InProgress during a call."""

    OPEN = "Open"
    IN_PROGRESS = "InProgress"
    CLOSED = "Closed"


class Capability(StrEnum):
    """The ways the participants can reach each other: calls, texts."""

    VOICE = "Voice"
    SMS = "SMS"


class NumberSelectionBehavior(StrEnum):
    """The preference for the proxy number these participants had last, or for another one."""

    PREFER_STICKY = "PreferSticky"
    AVOID_STICKY = "AvoidSticky"


class GeoMatchLevel(StrEnum):
    """The preferred closeness of the proxy number to the first participant."""

    COUNTRY = "Country"
    AREA_CODE = "AreaCode"


@dataclass(frozen=True, slots=True)
class GeoMatchParams:
    """The preferred place of a proxy number: ISO country and three-digit area code, each or ``""``."""

    country: str
    area_code: str


@dataclass(frozen=True, slots=True, order=True)
class Connector:
    """A voice connector. The same id in another region is another connector."""

    region: str
    voice_connector_id: str


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """The identity of a session."""

    connector: Connector
    proxy_session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySession:
    """Two participants who reach each other through one proxy number.

    Args:
        participants: E.164 numbers in the order of the request.
        expires_at: the time the session closes; an update or a use moves it.
        ended_at: the time the session closed; None before.
        revision: the number of changes so far.
        request_digest: a digest of the request that created it.
        retention: the time for which it can be read after it closed, and for which its number is
            known as used: whole days, those of the service at its creation.
    """

    key: SessionKey
    participants: tuple[str, str]
    proxy_phone_number: str
    capabilities: frozenset[Capability]
    expiry_minutes: int
    status: Status
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    name: str | None = None
    number_selection_behavior: NumberSelectionBehavior | None = None
    geo_match_level: GeoMatchLevel | None = None
    geo_match_params: GeoMatchParams | None = None
    revision: int = 0
    request_digest: str = ""
    retention: timedelta = RETENTION

    @property
    def position(self) -> Position:
        """The session's sort key in its connector's list. It never changes."""
        return int(self.created_at.timestamp() * 1000), self.key.proxy_session_id
