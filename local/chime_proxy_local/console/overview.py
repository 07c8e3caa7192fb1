"""The part of the proxy-session services that the page shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chime_proxy_local.console.local_service import Contents, LocalService
from chime_proxy_local.console.title import Titles
from chime_proxy_local.console.view import View
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.number_pool import Place, place_of
from chime_proxy_service.requests import ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, ProxySession, Status
from chime_proxy_service.wire import next_token

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
        return name_of(self.connector)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlace:
    """The proxy numbers of a place: how many there are, and how many open sessions use."""

    place: Place
    numbers: int
    in_use: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSessions:
    """A service with its connectors and its number pool.

    Args:
        service: the service.
        connectors: the ones to show.
        regions: those of all its connectors.
        pool: its proxy numbers. One used by sessions of two regions counts twice.
    """

    service: LocalService
    connectors: tuple[ConnectorSessions, ...]
    regions: tuple[str, ...]
    pool: tuple[PoolPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the page shows.

    Args:
        services: all services; one has no connectors if the view leaves them out.
        titles: of the sessions.
    """

    services: tuple[ServiceSessions, ...]
    titles: Titles

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of all connectors."""
        return tuple(dict.fromkeys(region for one in self.services for region in one.regions))


def overview(
    services: Sequence[LocalService],
    view: View,
    titles: Titles,
    wanted: Callable[[ProxySession], bool] | None = None,
) -> Overview:
    """Collect the page's contents from the services.

    Args:
        services: have the connectors and sessions.
        view: names the service and connector to list, and the first session.
        titles: of the sessions.
        wanted: returns true for the sessions to list. Default: all, a page at a time.

    Raises:
        BadRequestError: the view's token is not valid.
    """
    shown = tuple(_service_sessions(service, view, wanted) for service in services)
    return Overview(services=shown, titles=titles)


def _service_sessions(
    service: LocalService, view: View, wanted: Callable[[ProxySession], bool] | None
) -> ServiceSessions:
    contents = service.contents()
    listed = [
        one
        for one in contents.connectors
        if view.service in (None, service.name) and view.connector in (None, name_of(one))
    ]
    return ServiceSessions(
        service=service,
        connectors=tuple(
            _matching_sessions(contents.api, one, wanted)
            if wanted
            else _connector_sessions(contents.api, one, view)
            for one in listed
        ),
        regions=tuple(dict.fromkeys(one.region for one in contents.connectors)),
        pool=_pool(service, contents),
    )


def name_of(connector: Connector) -> str:
    """Return a connector's name in an address."""
    return f"{connector.region}/{connector.voice_connector_id}"


def _connector_sessions(
    service: ProxySessionService, connector: Connector, view: View
) -> ConnectorSessions:
    after = view.after and view.service and view.connector and next_token.decode(view.after)
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


def _pool(service: LocalService, contents: Contents) -> tuple[PoolPlace, ...]:
    numbers = {
        (connector.region, session.proxy_phone_number)
        for connector in contents.connectors
        for session in _every_session(contents.api, connector)
        if session.status is not Status.CLOSED
    }
    in_use = Counter(place_of(number) for _, number in numbers)
    return tuple(
        PoolPlace(place=place, numbers=count, in_use=in_use[place])
        for place, count in service.places.items()
    )


def _every_session(service: ProxySessionService, connector: Connector) -> Iterator[ProxySession]:
    page = service.list(ListRequest(connector=connector))
    yield from page.sessions
    while page.position:
        page = service.list(ListRequest(connector=connector, after=page.position))
        yield from page.sessions
