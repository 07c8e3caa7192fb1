"""The provider, the service and CloudFormation together, and a ledger of what is really there."""

from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any

from tests.contract.api import Wire, connect
from tests.contract.aws_lambda import Function, Lambda
from tests.contract.bucket import Bucket
from tests.contract.clock import Clock
from tests.contract.cloudformation import CloudFormation, Stack

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    SessionKey,
    Status,
)
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

REGION = "us-east-1"
CONNECTORS = ("abcdef1ghij2klmno3pqr4", "zbcdef1ghij2klmno3pqr4")
_CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=60, phone_number_countries=("US",)
)
# It never changes, and takes longer to fill than many a history.
_NUMBERS = NumberPool(fictional_numbers())
_LONGEST_ECHO_SECONDS = 600


class Universe:
    """Everything that a history happens in."""

    def __init__(
        self, refused: RefusedDeletion = RefusedDeletion.FAIL, *, knows_keys: bool = False
    ) -> None:
        self.clock = Clock()
        self.bucket = Bucket(self.clock)
        numbers = count(1)
        self.service = ProxySessionService(
            MemoryStore(),
            _NUMBERS,
            clock=self.clock.now,
            new_id=lambda: f"{next(numbers):08x}-0000-4000-8000-000000000000",
        )
        for name in CONNECTORS:
            self.service.put_configuration(Connector(REGION, name), _CONFIGURATION)
        api = Api(self.service, default_region=REGION)
        self.wire = Wire(self.clock, api, knows_keys=knows_keys)
        self._refused = refused
        self._knows_keys = knows_keys
        self.function = Lambda(self.clock, self._container)
        self.cloudformation = CloudFormation(
            self.clock, self.bucket, self.function, resource_type="Custom::ChimeProxySession"
        )
        self.stacks: list[Stack] = []

    def new_stack(self) -> Stack:
        """A stack that the ledger knows of."""
        stack = self.cloudformation.new_stack()
        self.stacks.append(stack)
        return stack

    def settle(self) -> None:
        """Let everything arrive that is still under way."""
        self.clock.run_until(self.clock.seconds + _LONGEST_ECHO_SECONDS)

    def open_sessions(self) -> set[str]:
        """The physical ids of all sessions that are open in the service."""
        return {
            f"{name}/{session.key.proxy_session_id}"
            for name in CONNECTORS
            for session in self.service.list(
                ListRequest(connector=Connector(REGION, name), max_results=10_000)
            ).sessions
            if session.status is not Status.CLOSED
        }

    def configured(self) -> set[str]:
        """Those of the stacks' own connectors that have a proxy configuration."""
        names = {name for stack in self.stacks for name in own_connectors(stack)}
        return {name for name in names if self._is_configured(name)}

    def believed_sessions(self) -> set[str]:
        """The physical ids that the stacks' resources have."""
        return {
            deployed.physical_id for stack in self.stacks for deployed in stack.resources.values()
        }

    def left_sessions(self) -> set[str]:
        """What CloudFormation itself leaves behind: retained, or abandoned after three tries."""
        return {one for stack in self.stacks for one in stack.retained | stack.abandoned}

    def end(self, physical_id: str) -> None:
        """Delete a session behind CloudFormation's back."""
        self.service.delete(_key(physical_id))

    def is_closed(self, physical_id: str) -> bool:
        """Whether a session has closed by itself."""
        try:
            return self.service.get(_key(physical_id)).status is Status.CLOSED
        except NotFoundError:
            return False

    def session_name(self, physical_id: str) -> str:
        """The name of a session."""
        return self.service.get(_key(physical_id)).name or ""

    def make_by_hand(self, properties: Mapping[str, Any]) -> str:
        """Make a session that no stack knows of, and return its physical id."""
        first, second = properties["ParticipantPhoneNumbers"]
        level = properties.get("GeoMatchLevel")
        request = CreateRequest(
            connector=Connector(REGION, properties["VoiceConnectorId"]),
            participants=(first, second),
            capabilities=frozenset(map(Capability, properties["Capabilities"])),
            name=properties.get("Name", "By hand"),
            geo_match_level=level and GeoMatchLevel(level),
        )
        made = self.service.create(request).key
        return f"{made.connector.voice_connector_id}/{made.proxy_session_id}"

    def _is_configured(self, name: str) -> bool:
        try:
            self.service.get_configuration(Connector(REGION, name))
        except NotFoundError:
            return False
        return True

    def _container(self) -> Function:
        return provider.Handler(
            client=partial(connect, self.wire),
            routes=lambda _: [self.bucket],  # type: ignore[list-item]  # as much of a pool as is used
            refused_deletion=self._refused,
            now=self.clock.now,
            clock=self.clock.monotonic,
            sleep=self.clock.sleep,
            knows_keys=self._knows_keys,
        )


def own_connectors(stack: Stack) -> tuple[str, str]:
    """Two connectors for a stack to configure, which no other stack has anything to do with."""
    number = stack.stack_id[-4:]
    return f"proxy{number}hij2klmno3pq1", f"proxy{number}hij2klmno3pq2"


def _key(physical_id: str) -> SessionKey:
    connector, _, session_id = physical_id.partition("/")
    return SessionKey(Connector(REGION, connector), session_id)
