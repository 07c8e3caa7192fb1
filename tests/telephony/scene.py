"""Two people with a session, a stranger, and everything that the service writes down about them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.telephony.needles import Person

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.events import detail, detail_type
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.records import ContactRecord, Record
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, ProxySession, Status
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.telephony.switchboard import Switchboard

ALICE = Person("+14155550142", "Alice Quillfeather", "phone-a.alicehome.example")
BOB = Person("+13125550153", "Bob Xylander", "phone-b.bobhouse.example")
STRANGER = Person("+16175550164", "Mallory Vexington", "phone-m.elsewhere.example")
OFFICE = Person("+16045550175", "Front Desk", "desk.office.example")
PROXY = "+12065550100"


@dataclass
class Scene:
    """A service with one session of Alice and Bob, on a clock that tests move.

    Args:
        capabilities: those of the session.
        fallback: the number that is called after the session has closed; None for none.
    """

    capabilities: frozenset[Capability] = frozenset(Capability)
    fallback: str | None = None
    now: datetime = datetime(2030, 1, 1, tzinfo=UTC)
    records: list[Record] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the session."""
        self.service = ProxySessionService(
            MemoryStore(), NumberPool([PROXY]), clock=lambda: self.now, record=self.note
        )
        metrics = Metrics("webhook", write=self.written.append, now=lambda: 0)

        def record(one: ContactRecord) -> None:
            metrics.record(one)
            self.note(one)

        self.switchboard = Switchboard(self.service, record=record, noted=metrics.count)
        connector = Connector("us-east-1", "abcdefghijklmnopqrstuv")
        configuration = ProxyConfiguration(
            default_session_expiry_minutes=60,
            phone_number_countries=("US",),
            fall_back_phone_number=self.fallback,
        )
        self.service.put_configuration(connector, configuration)
        self.session: ProxySession = self.service.create(
            CreateRequest(
                connector=connector,
                participants=(ALICE.number, BOB.number),
                capabilities=self.capabilities,
            ),
            "a-session",
        )

    def note(self, record: Record) -> None:
        """Keep a record, and the event that it becomes."""
        self.records.append(record)
        self.written.append(f"{detail_type(record)} {json.dumps(detail(record))}")

    def status(self) -> Status:
        """Return the session's status."""
        return self.service.get(self.session.key).status

    def expire(self) -> None:
        """Let the session close."""
        self.now += timedelta(hours=1)


MakeScene = Callable[..., Scene]
