"""The requests of the service's operations."""

from dataclasses import dataclass

from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
    Position,
    SessionKey,
    Status,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """A session to create; without `expiry_minutes` it gets the connector's default."""

    connector: Connector
    participants: tuple[str, str]
    capabilities: frozenset[Capability]
    expiry_minutes: int | None = None
    name: str | None = None
    number_selection_behavior: NumberSelectionBehavior | None = None
    geo_match_level: GeoMatchLevel | None = None
    geo_match_params: GeoMatchParams | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """The new values of a session; without `expiry_minutes` it keeps its own."""

    key: SessionKey
    capabilities: frozenset[Capability]
    expiry_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """A page of a connector's sessions, beginning after a position; of one status, or of all."""

    connector: Connector
    status: Status | None = None
    after: Position | None = None
    max_results: int = 100
