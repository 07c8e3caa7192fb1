"""A proxy-session service as the page has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chime_proxy_service.number_pool import Place
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector
from chime_proxy_service.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The connectors and sessions of a service.

    Args:
        connectors: those that have a configuration or sessions, in order.
        api: reads the connectors' configurations and sessions.
    """

    connectors: tuple[Connector, ...]
    api: ProxySessionService


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """A service, and what the page shows that no operation of the service returns.

    Args:
        name: its name in an address; no other service has it.
        title: its name for people, such as its place in its stack.
        api: carries out the operations.
        store: finds the session of a participant.
        contents: reads the connectors and sessions as they are now.
        places: the number of proxy numbers of each place.
    """

    name: str
    title: str
    api: ProxySessionService
    store: Store
    contents: Callable[[], Contents]
    places: Mapping[Place, int]
