"""The service under a clock that tests move, and over HTTP on a loopback port."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from tests.loopback import LoopbackServer
from tests.service.tables import FilledStore, create_table

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, ProxySession
from chime_proxy_service.store import Store
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice.client import ChimeSDKVoiceClient

VOICE_CONNECTOR_ID = "abcdef1ghij2klmno3pqr4"
BEGINNING = datetime(2020, 4, 15, 16, 10, 10, 288000, tzinfo=UTC)


class Moments:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = BEGINNING

    def now(self) -> datetime:
        """The time."""
        return self._now

    def pass_time(self, **duration: float) -> None:
        """Move on by `timedelta`'s arguments."""
        self._now += timedelta(**duration)


@pytest.fixture
def moments() -> Moments:
    """A clock that begins when the CLI's documented sessions were made."""
    return Moments()


@pytest.fixture
def pass_time(moments: Moments) -> Callable[..., None]:
    """Move the service's clock by `timedelta`'s arguments."""
    return moments.pass_time


@pytest.fixture(params=["memory", "dynamodb"])
def make_store(request: pytest.FixtureRequest) -> Callable[[], Store]:
    """Make an empty store of each kind: whoever uses this is run on all of them."""
    if request.param == "memory":
        return MemoryStore
    client = request.getfixturevalue("dynamodb")
    return lambda: FilledStore(client, create_table(client))


@pytest.fixture
def fill() -> Callable[[Store, list[ProxySession]], None]:
    """Add sessions of different participants to a store that has none of them."""

    def fill(store: Store, sessions: list[ProxySession]) -> None:
        if isinstance(store, FilledStore):
            store.fill(sessions)
        else:
            for session in sessions:
                store.add(session, session.created_at)

    return fill


@pytest.fixture
def count(make_store: Callable[[], Store]) -> Callable[..., int]:
    """Return a number of repetitions: the table is a hundred times slower than the memory."""

    def count(number: int, least: int = 1) -> int:
        return number if make_store is MemoryStore else max(least, number // 20)

    return count


@pytest.fixture
def make_service(
    moments: Moments, make_store: Callable[[], Store]
) -> Callable[..., ProxySessionService]:
    """Make a service with a store, numbers and ids, by default all of the fictional ones."""

    def make(
        numbers: tuple[str, ...] = (),
        new_id: Callable[[], str] = lambda: str(uuid4()),
        store: Store | None = None,
        **more: Any,
    ) -> ProxySessionService:
        pool = NumberPool(numbers or fictional_numbers())
        return ProxySessionService(
            store or make_store(), pool, clock=moments.now, new_id=new_id, **more
        )

    return make


@pytest.fixture
def service(make_service: Callable[..., ProxySessionService]) -> ProxySessionService:
    """A service that nobody has configured."""
    return make_service()


@pytest.fixture
def connector() -> Connector:
    """The voice connector of the CLI's documentation."""
    return Connector("us-east-1", VOICE_CONNECTOR_ID)


@pytest.fixture
def configuration() -> ProxyConfiguration:
    """An hour by default, and all the numbers."""
    return ProxyConfiguration(
        default_session_expiry_minutes=60, phone_number_countries=("US", "CA")
    )


@pytest.fixture
def ask(connector: Connector) -> Callable[..., CreateRequest]:
    """Make a request for a session of two participants."""
    both = frozenset(Capability)

    def make(
        first: str = "+14015550101", second: str = "+12065550100", **more: Any
    ) -> CreateRequest:
        defaults: dict[str, Any] = {"connector": connector, "capabilities": both}
        return CreateRequest(participants=(first, second), **defaults | more)

    return make


class LambdaUrl(BaseHTTPRequestHandler):
    """What a function URL does: HTTP to an event, the handler's answer to HTTP."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, api: Api, *connection: Any) -> None:
        self._api = api
        super().__init__(*connection)

    def _answer(self) -> None:
        response = self._api.handle(self._event())
        body = response["body"].encode()
        self.send_response(response["statusCode"])
        for name, value in response["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: Any) -> None:
        """Leave standard error alone."""

    def _event(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return lambda_event(http_request(self.command, self.path, self.headers.items(), body))


@pytest.fixture
def serve() -> Iterator[Callable[[ProxySessionService], str]]:
    """Serve a service until the test ends; returns the endpoint's URL."""
    with ExitStack() as stack:

        def serve(service: ProxySessionService) -> str:
            api = Api(service, default_region="us-east-1")
            return stack.enter_context(LoopbackServer(partial(LambdaUrl, api)).running())

        yield serve


@pytest.fixture
def endpoint(
    serve: Callable[[ProxySessionService], str],
    service: ProxySessionService,
    connector: Connector,
    configuration: ProxyConfiguration,
) -> str:
    """Where the service, with its connector configured, is served."""
    service.put_configuration(connector, configuration)
    return serve(service)


@pytest.fixture
def connect(endpoint: str) -> Iterator[Callable[[str], "ChimeSDKVoiceClient"]]:
    """Make a boto3 client for a region."""
    with ExitStack() as stack:

        def make(region: str) -> "ChimeSDKVoiceClient":
            client: ChimeSDKVoiceClient = boto3.client(
                "chime-sdk-voice",
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id="AKIDEXAMPLE",
                aws_secret_access_key="secret",
                config=Config(retries={"total_max_attempts": 1}),
            )
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(connect: Callable[[str], "ChimeSDKVoiceClient"]) -> "ChimeSDKVoiceClient":
    """A boto3 client in the connector's region."""
    return connect("us-east-1")


@pytest.fixture
def send(endpoint: str) -> Iterator[Callable[..., tuple[int, dict[str, str], Any]]]:
    """Send a plain HTTP request; returns status, headers by lower-case name, and parsed body."""
    connection = HTTPConnection(urlsplit(endpoint).netloc)

    def request(
        method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return response.status, fields, json.loads(text) if text else None

    yield request
    connection.close()


@pytest.fixture
def tool() -> Callable[[str], str]:
    """Find a program of this environment."""
    return lambda name: str(Path(sys.executable).parent / name)


@pytest.fixture
def tool_environment(tmp_path: Path) -> dict[str, str]:
    """Variables for a client in another process: dummy credentials, nobody's configuration."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_MAX_ATTEMPTS": "1",
    }
