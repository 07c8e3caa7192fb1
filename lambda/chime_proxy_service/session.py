"""A proxy session and the values it is made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Position: TypeAlias = tuple[int, str]
"""Where a session stands in its connector's list: creation in epoch milliseconds, then id."""


class Status(StrEnum):
    """Where a session is in its life."""

    OPEN = "Open"
    IN_PROGRESS = "InProgress"
    CLOSED = "Closed"


class Capability(StrEnum):
    """What the participants may do through the proxy number."""

    VOICE = "Voice"
    SMS = "SMS"


class NumberSelectionBehavior(StrEnum):
    """Whether the participants should get the proxy number they had before."""

    PREFER_STICKY = "PreferSticky"
    AVOID_STICKY = "AvoidSticky"


class GeoMatchLevel(StrEnum):
    """How close the proxy number should be to the first participant."""

    COUNTRY = "Country"
    AREA_CODE = "AreaCode"


@dataclass(frozen=True, slots=True)
class GeoMatchParams:
    """The place a proxy number should be from: ISO country, three-digit area code, or ``""``."""

    country: str
    area_code: str


@dataclass(frozen=True, slots=True, order=True)
class Connector:
    """A voice connector. The same id in another region is another connector."""

    region: str
    voice_connector_id: str


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """What names one session."""

    connector: Connector
    proxy_session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySession:
    """Two participants who reach each other through one proxy number.

    `participants` are E.164 numbers in the order they were given. `expires_at` is when the session
    closes unless it is updated or used before; `ended_at` is set once it has closed.
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

    @property
    def position(self) -> Position:
        """Where the session stands in its connector's list, from its creation to its removal."""
        return int(self.created_at.timestamp() * 1000), self.key.proxy_session_id
