"""The page, served by itself on a loopback port, with a clock that stands still until moved."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config

from chime_proxy_local.cloud.application import Cloud
from chime_proxy_local.console.console import Console
from chime_proxy_local.console.local_service import Contents, LocalService
from chime_proxy_local.faults.switch import FaultSwitch
from chime_proxy_local.gateway import http_request
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, ProxySession
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from hypercorn.typing import Framework

SERVICE = "built-in"
CONNECTOR = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")
RIDER, DRIVER, OFFICE = "+14015550147", "+12065550158", "+13125550169"
BEGINNING = datetime(2030, 4, 15, 16, 10, 10, 288000, tzinfo=UTC)
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass
class Site:
    """Services, their page, and the time that all go by."""

    now: datetime = BEGINNING
    origins: dict[str, str] = field(default_factory=dict)
    services: list[LocalService] = field(default_factory=list)
    service: ProxySessionService = field(init=False)
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        self._ids = count(1)
        self.service = self.add_service(fictional_numbers()).api
        self.console = Console(
            lambda: tuple(self.services), clock=lambda: self.now, origins=lambda: self.origins
        )

    def add_service(
        self, numbers: Iterable[str], name: str = SERVICE, title: str = "Built into the local cloud"
    ) -> LocalService:
        """Add a service to the page, above those that are there."""
        store, pool = MemoryStore(), NumberPool(numbers)
        api = ProxySessionService(
            store,
            pool,
            clock=lambda: self.now,
            new_id=lambda: f"c6b002df-b5b2-4cbd-975f-{next(self._ids):012}",
        )
        service = LocalService(
            name=name,
            title=title,
            api=api,
            store=store,
            contents=lambda: Contents(connectors=store.connectors(), api=api),
            places=pool.places(),
        )
        self.services.insert(0, service)
        return service

    def pass_time(self, **duration: float) -> None:
        """Move the clock on by `timedelta`'s arguments."""
        self.now += timedelta(**duration)

    def configure(
        self,
        connector: Connector = CONNECTOR,
        of: ProxySessionService | None = None,
        **changes: Any,
    ) -> ProxyConfiguration:
        """Configure a voice connector, by default of the first service."""
        values: dict[str, Any] = {
            "default_session_expiry_minutes": 60,
            "phone_number_countries": ("US", "CA"),
        }
        service = of or self.service
        return service.put_configuration(connector, ProxyConfiguration(**values | changes))

    def open(
        self,
        first: str = RIDER,
        second: str = DRIVER,
        name: str | None = "Ride 7",
        of: ProxySessionService | None = None,
        **more: Any,
    ) -> ProxySession:
        """Open a session, by default of the first service."""
        values: dict[str, Any] = {
            "connector": CONNECTOR,
            "capabilities": frozenset(Capability),
            "name": name,
        }
        service = of or self.service
        return service.create(CreateRequest(participants=(first, second), **values | more))

    def get(self, address: str = "/_local/console", **headers: str) -> dict[str, Any]:
        """Ask for a page without a network."""
        return self._ask("GET", address, b"", {"host": "127.0.0.1:4711", **headers})

    def post(self, address: str, body: str = "", **headers: str) -> dict[str, Any]:
        """Send a form without a network, by default as a browser sends one of the page's own."""
        own = {
            "host": "127.0.0.1:4711",
            "origin": "http://127.0.0.1:4711",
            "content-type": "application/x-www-form-urlencoded",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", address, body.encode(), own | named)

    def _ask(
        self, method: str, address: str, body: bytes, headers: dict[str, str]
    ) -> dict[str, Any]:
        request = http_request(method, address.partition("#")[0], headers.items(), body)
        return self.console.answer(request)


async def everything_else(_scope: dict[str, Any], _receive: object, send: Send) -> None:
    """Stand for ministack: answer whatever comes with 418."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"Something else"})


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """Serve a site as a local cloud does; yields its origin."""
    cloud = Cloud(
        everything_else, Api(site.service, default_region="us-east-1"), site.console, FaultSwitch()
    )
    with socket.socket() as listener, ThreadPoolExecutor(1) as thread:
        listener.bind(("127.0.0.1", 0))
        loop = asyncio.new_event_loop()
        ended = asyncio.Event()
        config = Config()
        config.errorlog = None
        config.bind = [f"fd://{listener.fileno()}"]
        served = thread.submit(
            loop.run_until_complete,
            serve(cast("Framework", cloud), config, shutdown_trigger=ended.wait),
        )
        listener.listen()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            loop.call_soon_threadsafe(ended.set)
            served.result()
            loop.close()
            listener.detach()
