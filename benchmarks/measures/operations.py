"""Times the service's operations on a table and in memory, beside the writes alone."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from benchmarks.peers.cloud import Cloud, running_cloud
from benchmarks.peers.workshop import Workshop
from tests.service.tables import create_table

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Contact
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, UpdateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    Capability,
    Connector,
    ProxySession,
    SessionKey,
    Status,
)
from chime_proxy_service.stores import items
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.stores.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

OPERATIONS = ("Create", "Get", "Update", "incoming call", "Delete")
CONNECTOR = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")
CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=720, phone_number_countries=("US", "CA")
)
CLOCK = partial(datetime.now, UTC)
_WARMING = 2

Pairs = Iterator[tuple[str, str]]


class Subject(Protocol):
    """The operations of one client, on a session of its own."""

    def create(self, participants: tuple[str, str]) -> None:
        """Open the session."""

    def get(self) -> None:
        """Read it."""

    def update(self) -> None:
        """Change it."""

    def call(self) -> None:
        """Connect a call."""

    def delete(self) -> None:
        """Remove it."""


class OfService:
    """A service."""

    def __init__(self, service: ProxySessionService) -> None:
        self._service = service
        self._session: ProxySession

    def create(self, participants: tuple[str, str]) -> None:
        """Open the session."""
        self._session = self._service.create(
            CreateRequest(
                connector=CONNECTOR,
                participants=participants,
                capabilities=frozenset(Capability),
            )
        )

    def get(self) -> None:
        """Read it."""
        self._service.get(self._session.key)

    def update(self) -> None:
        """Change it."""
        self._service.update(
            UpdateRequest(key=self._session.key, capabilities=frozenset([Capability.VOICE]))
        )

    def call(self) -> None:
        """Connect a call."""
        self._service.connect(
            Contact(
                region=CONNECTOR.region,
                sender=self._session.participants[0],
                proxy_phone_number=self._session.proxy_phone_number,
                capability=Capability.VOICE,
                contact_id=self._session.key.proxy_session_id,
            )
        )

    def delete(self) -> None:
        """Remove it."""
        self._service.delete(self._session.key)


class Bare:
    """The same writes without conditions, by the SDK alone: one transaction for each operation.

    Args:
        client: the SDK's.
        table: the table's name.
        reads: the reads before a transaction are made as well.
    """

    def __init__(self, client: "DynamoDBClient", table: str, *, reads: bool) -> None:
        self._client = client
        self._table = table
        self._reads = reads
        self._threads = ThreadPoolExecutor(4)
        self._session: ProxySession

    def create(self, participants: tuple[str, str]) -> None:
        """Open the session."""
        self._session = session = _session(participants)
        if self._reads:
            first, second = (
                partial(self._query, items.leg_partition(CONNECTOR.region, one))
                for one in participants
            )
            configuration = partial(self._get, items.configuration_key(CONNECTOR))
            last = partial(self._get, items.last_number_key(CONNECTOR, participants))
            list(self._threads.map(lambda read: read(), (configuration, last, first, second)))
        self._write(items.session_item(session), *self._legs(), items.last_number_item(session))

    def get(self) -> None:
        """Read it."""
        self._get(items.session_key(self._session.key))

    def update(self) -> None:
        """Change it."""
        if self._reads:
            self.get()
        self._write(items.session_item(self._session), *self._legs())

    def call(self) -> None:
        """Connect a call."""
        self.update()

    def delete(self) -> None:
        """Remove it."""
        if self._reads:
            self.get()
        session, now = self._session, CLOCK()
        legs = [items.rested_leg_item(session, one, now) for one in session.participants]
        self._write(items.deleted_session_item(session.key, now), *legs)

    def _legs(self) -> list[items.Item]:
        return [items.leg_item(self._session, one) for one in self._session.participants]

    def _write(self, *written: items.Item) -> None:
        writes: Any = [{"Put": {"TableName": self._table, "Item": one}} for one in written]
        self._client.transact_write_items(TransactItems=writes)

    def _get(self, key: items.Item) -> None:
        self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)

    def _query(self, partition: items.Item) -> None:
        self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :partition",
            ExpressionAttributeValues={":partition": partition},
            ConsistentRead=True,
        )


@dataclass(frozen=True, slots=True)
class _Subjects:
    """Makes subjects of each kind, each with a client of its own as a function has."""

    cloud: Cloud
    table: str
    memory: ProxySessionService

    def make(self) -> dict[str, Subject]:
        """Return a subject of each kind."""
        client = self.cloud.client("dynamodb")
        return {
            "table": OfService(service_on(DynamoDBStore(Table(client, self.table)))),
            "transaction": Bare(client, self.table, reads=False),
            "same calls": Bare(client, self.table, reads=True),
            "memory": OfService(self.memory),
        }


def service_on(store: Any) -> ProxySessionService:
    """Make a service with a thousand numbers, whose connector is configured."""
    service = ProxySessionService(store, NumberPool(fictional_numbers()), clock=CLOCK)
    service.put_configuration(CONNECTOR, CONFIGURATION)
    return service


def measure(workshop: Workshop, loads: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    """Time each operation under each load, which is (clients at the same time, sessions of each)."""
    rows = []
    with running_cloud(workshop) as cloud:
        table = create_table(cloud.client("dynamodb"))
        subjects = _Subjects(cloud, table, service_on(MemoryStore()))
        pairs = new_pairs()
        for clients, sessions in loads:
            made = [subjects.make() for _ in range(clients)]
            times: dict[tuple[str, str], list[float]] = {}
            for number in range(_WARMING + sessions):
                for kind in made[0]:
                    taken = _round([one[kind] for one in made], pairs)
                    if number >= _WARMING:
                        for operation, milliseconds in taken:
                            times.setdefault((operation, kind), []).append(milliseconds)
            rows += [_row(operation, clients, times) for operation in OPERATIONS]
    return rows


def new_pairs() -> Pairs:
    """Yield pairs of participants who never were in a session."""
    return ((f"+9990{number:08d}", f"+9990{number + 1:08d}") for number in count(0, 2))


def _round(subjects: list[Subject], pairs: Pairs) -> list[tuple[str, float]]:
    """Let all clients live through one session at the same time."""
    participants = [next(pairs) for _ in subjects]
    with ThreadPoolExecutor(len(subjects)) as threads:
        parts = list(threads.map(_live, subjects, participants))
    return [one for part in parts for one in part]


def _live(subject: Subject, participants: tuple[str, str]) -> list[tuple[str, float]]:
    acts: tuple[Callable[[], None], ...] = (
        partial(subject.create, participants),
        subject.get,
        subject.update,
        subject.call,
        subject.delete,
    )
    return [(name, _milliseconds(act)) for name, act in zip(OPERATIONS, acts, strict=True)]


def _milliseconds(act: Callable[[], None]) -> float:
    start = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - start) / 1e6


def _row(operation: str, clients: int, times: dict[tuple[str, str], list[float]]) -> dict[str, Any]:
    kinds = [kind for name, kind in times if name == operation]
    return {"operation": operation, "clients": clients} | {
        kind: _percentiles(times[operation, kind]) for kind in kinds
    }


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    if len(milliseconds) == 1:
        return {"p50": milliseconds[0], "p99": milliseconds[0]}
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)}


def _session(participants: tuple[str, str]) -> ProxySession:
    now = CLOCK()
    session = ProxySession(
        key=SessionKey(CONNECTOR, str(uuid4())),
        participants=participants,
        proxy_phone_number="+12065550100",
        capabilities=frozenset(Capability),
        expiry_minutes=720,
        status=Status.OPEN,
        created_at=now,
        updated_at=now,
        expires_at=now,
    )
    return replace(session, request_digest="0" * 64)
