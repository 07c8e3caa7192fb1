"""The part of the proxy-session service that the page shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.number_pool import Place, place_of
from chime_proxy_service.requests import ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, ProxySession, Status
from chime_proxy_service.wire import next_token
from local.console.title import Titles
from local.console.view import View

_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSessions:
    """A voice connector, its configuration if it has one, and a page of its sessions.

    Args:
        connector: the sessions' connector.
        configuration: None if it has none.
        sessions: the ones to show.
        total: how many match the search; None without a search.
        continuation: the token of the sessions after these, None if there are none.
    """

    connector: Connector
    configuration: ProxyConfiguration | None
    sessions: tuple[ProxySession, ...]
    total: int | None = None
    continuation: str | None = None

    @property
    def name(self) -> str:
        """The connector's name in an address."""
        return f"{self.connector.region}/{self.connector.voice_connector_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlace:
    """The proxy numbers of a place: how many there are, and how many open sessions use."""

    place: Place
    numbers: int
    in_use: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the page shows. A number used by sessions of two regions counts twice."""

    connectors: tuple[ConnectorSessions, ...]
    regions: tuple[str, ...]
    pool: tuple[PoolPlace, ...]
    titles: Titles


class Contents(Protocol):
    """Lists the voice connectors that a store knows; the API has no operation for it."""

    def connectors(self) -> tuple[Connector, ...]:
        """Return the connectors that have a configuration or sessions, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """The service, and what the page shows that no operation of the service returns.

    Args:
        api: carries out the operations.
        contents: lists the voice connectors.
        places: the number of proxy numbers of each place.
    """

    api: ProxySessionService
    contents: Contents
    places: Mapping[Place, int]


def overview(
    local: LocalService,
    view: View,
    titles: Titles,
    wanted: Callable[[ProxySession], bool] | None = None,
) -> Overview:
    """Collect the page's contents from the service.

    Args:
        local: has the connectors and sessions.
        view: names the connector to list and the first session.
        titles: of the sessions.
        wanted: returns true for the sessions to list. Default: all, a page at a time.

    Raises:
        BadRequestError: the view's token is not valid.
    """
    connectors = local.contents.connectors()
    shown = (
        _matching_sessions(local.api, connector, wanted)
        if wanted
        else _connector_sessions(local.api, connector, view)
        for connector in connectors
    )
    return Overview(
        connectors=tuple(one for one in shown if view.connector in (None, one.name)),
        regions=tuple(dict.fromkeys(connector.region for connector in connectors)),
        pool=_pool(local, connectors),
        titles=titles,
    )


def _connector_sessions(
    service: ProxySessionService, connector: Connector, view: View
) -> ConnectorSessions:
    after = view.after and view.connector and next_token.decode(view.after)
    request = ListRequest(connector=connector, after=after or None, max_results=_PAGE)
    page = service.list(request)
    return ConnectorSessions(
        connector=connector,
        configuration=_configuration(service, connector),
        sessions=page.sessions,
        continuation=None if page.position is None else next_token.encode(page.position),
    )


def _matching_sessions(
    service: ProxySessionService, connector: Connector, wanted: Callable[[ProxySession], bool]
) -> ConnectorSessions:
    found = tuple(filter(wanted, _every_session(service, connector)))
    return ConnectorSessions(
        connector=connector,
        configuration=_configuration(service, connector),
        sessions=found[:_PAGE],
        total=len(found),
    )


def _configuration(service: ProxySessionService, connector: Connector) -> ProxyConfiguration | None:
    try:
        return service.get_configuration(connector)
    except NotFoundError:
        return None


def _pool(local: LocalService, connectors: tuple[Connector, ...]) -> tuple[PoolPlace, ...]:
    numbers = {
        (connector.region, session.proxy_phone_number)
        for connector in connectors
        for session in _every_session(local.api, connector)
        if session.status is not Status.CLOSED
    }
    in_use = Counter(place_of(number) for _, number in numbers)
    return tuple(
        PoolPlace(place=place, numbers=count, in_use=in_use[place])
        for place, count in local.places.items()
    )


def _every_session(service: ProxySessionService, connector: Connector) -> Iterator[ProxySession]:
    page = service.list(ListRequest(connector=connector))
    yield from page.sessions
    while page.position:
        page = service.list(ListRequest(connector=connector, after=page.position))
        yield from page.sessions
