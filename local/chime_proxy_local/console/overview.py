"""The part of the proxy-session services that the page shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chime_proxy_local.console.local_service import Contents, LocalService
from chime_proxy_local.console.search import found
from chime_proxy_local.console.title import Titles
from chime_proxy_local.console.view import View
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.number_pool import Place, place_of
from chime_proxy_service.requests import ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, ProxySession, SessionKey, Status

_OF_A_CONNECTOR = 20
_OF_ALL = 100
_READ_AT_ONCE = 1000

Sessions = Mapping[Connector, Sequence[ProxySession]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSessions:
    """A voice connector, its configuration if it has one, and some of its sessions.

    Args:
        connector: the sessions' connector.
        configuration: None if it has none.
        sessions: the ones to show.
        skipped: the number of sessions before these.
        total: the number of all its sessions; with a search, of those that match.
    """

    connector: Connector
    configuration: ProxyConfiguration | None
    sessions: Sequence[ProxySession]
    skipped: int
    total: int

    @property
    def name(self) -> str:
        """The connector's name in an address."""
        return name_of(self.connector)

    @property
    def previous(self) -> int:
        """The number of sessions to skip on the page before."""
        return max(0, self.skipped - _OF_A_CONNECTOR)

    @property
    def end(self) -> int:
        """The number of sessions up to the last of these."""
        return self.skipped + len(self.sessions)


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
        wanted: the text of the search; empty if there is none.
        total: the number of sessions in the view.
        matches: the number of those that match the search.
    """

    services: tuple[ServiceSessions, ...]
    titles: Titles
    wanted: str
    total: int
    matches: int

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of all connectors."""
        return tuple(dict.fromkeys(region for one in self.services for region in one.regions))

    @property
    def shown(self) -> frozenset[SessionKey]:
        """The keys of the sessions on the page."""
        return frozenset(
            session.key
            for service in self.services
            for connector in service.connectors
            for session in connector.sessions
        )


def overview(
    services: Sequence[LocalService], view: View, titles: Titles, wanted: str = ""
) -> Overview:
    """Collect the page's contents from the services.

    A connector has twenty sessions on a page, and fewer if there are more than five connectors.

    Args:
        services: have the connectors and sessions.
        view: names the service and connector to list, and the number of sessions to skip.
        titles: of the sessions.
        wanted: the text to search for; empty to list all sessions.
    """
    read = [(service, service.contents()) for service in services]
    every = [_sessions(contents) for _, contents in read]
    viewed = [_viewed(one, some, view) for one, some in zip(services, every, strict=True)]
    listed = [_matching(some, titles, wanted) if wanted else some for some in viewed]
    limit = min(_OF_A_CONNECTOR, max(1, _OF_ALL // max(1, sum(map(len, listed)))))
    return Overview(
        services=tuple(
            ServiceSessions(
                service=service,
                connectors=_connectors(contents.api, some, view, limit),
                regions=tuple(dict.fromkeys(one.region for one in contents.connectors)),
                pool=_pool(service, sessions),
            )
            for (service, contents), sessions, some in zip(read, every, listed, strict=True)
        ),
        titles=titles,
        wanted=wanted,
        total=_count(viewed),
        matches=_count(listed),
    )


def name_of(connector: Connector) -> str:
    """Return a connector's name in an address."""
    return f"{connector.region}/{connector.voice_connector_id}"


def _sessions(contents: Contents) -> Sessions:
    return {one: tuple(_every_session(contents.api, one)) for one in contents.connectors}


def _every_session(service: ProxySessionService, connector: Connector) -> Iterator[ProxySession]:
    request = ListRequest(connector=connector, max_results=_READ_AT_ONCE)
    page = service.list(request)
    yield from page.sessions
    while page.position:
        page = service.list(replace(request, after=page.position))
        yield from page.sessions


def _viewed(service: LocalService, sessions: Sessions, view: View) -> Sessions:
    return {
        connector: some
        for connector, some in sessions.items()
        if view.service in (None, service.name) and view.connector in (None, name_of(connector))
    }


def _matching(sessions: Sessions, titles: Titles, wanted: str) -> Sessions:
    """Return the sessions that match a search; connectors without a match are left out."""
    matching = {connector: found(wanted, some, titles) for connector, some in sessions.items()}
    return {connector: some for connector, some in matching.items() if some}


def _count(services: Sequence[Sessions]) -> int:
    return sum(len(some) for sessions in services for some in sessions.values())


def _connectors(
    service: ProxySessionService, listed: Sessions, view: View, limit: int
) -> tuple[ConnectorSessions, ...]:
    skipped = view.skip if view.service and view.connector else 0
    return tuple(
        ConnectorSessions(
            connector=connector,
            configuration=_configuration(service, connector),
            sessions=sessions[skipped : skipped + limit],
            skipped=skipped,
            total=len(sessions),
        )
        for connector, sessions in listed.items()
    )


def _configuration(service: ProxySessionService, connector: Connector) -> ProxyConfiguration | None:
    try:
        return service.get_configuration(connector)
    except NotFoundError:
        return None


def _pool(service: LocalService, sessions: Sessions) -> tuple[PoolPlace, ...]:
    numbers = {
        (connector.region, session.proxy_phone_number)
        for connector, some in sessions.items()
        for session in some
        if session.status is not Status.CLOSED
    }
    in_use = Counter(place_of(number) for _, number in numbers)
    return tuple(
        PoolPlace(place=place, numbers=count, in_use=in_use[place])
        for place, count in service.places.items()
    )
