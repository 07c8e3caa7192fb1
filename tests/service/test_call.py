"""The end of a call: reported once, late, never, or twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.service.sessions import NOW
from tests.service.tables import FilledStore, create_table

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.rules import Use
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    DEFAULT_CALL_LIMIT,
    Capability,
    Connector,
    ProxySession,
    SessionKey,
    Status,
)
from chime_proxy_service.store import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

Ask = Callable[..., CreateRequest]
PassTime = Callable[..., None]
ALICE, BOB = "+12025550101", "+13035550102"
VOICE, SMS = Capability
STORED = Path(__file__).with_name("items-of-0.1.0.json")


@pytest.fixture
def session(
    service: ProxySessionService,
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Ask,
) -> ProxySession:
    """Alice's and Bob's session, which expires after twelve hours without use."""
    service.put_configuration(connector, configuration)
    return service.create(ask(ALICE, BOB, expiry_minutes=720))


def call(session: ProxySession, contact_id: str, sender: str = ALICE) -> Contact:
    """A call to a session's proxy number."""
    return Contact(
        region=session.key.connector.region,
        sender=sender,
        proxy_phone_number=session.proxy_phone_number,
        capability=VOICE,
        contact_id=contact_id,
    )


def end(contact: Contact) -> End:
    """The end of a call that was answered."""
    return End(contact=contact, outcome=Outcome.COMPLETED)


def test_end_of_a_call_opens_its_session(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """The end that the carrier reports under the call's id opens the session and is a use of it."""
    service.connect(call(session, "CA1"))
    pass_time(minutes=5)

    ended = service.end_call(end(call(session, "CA1")))

    assert ended
    assert ended.status is service.get(session.key).status is Status.OPEN
    assert ended.expires_at == session.created_at + timedelta(minutes=725)


def test_repeated_end_does_nothing(service: ProxySessionService, session: ProxySession) -> None:
    """Of two reports of an end the second finds nothing to end."""
    service.connect(call(session, "CA1"))
    service.end_call(end(call(session, "CA1")))
    after = service.get(session.key)

    assert service.end_call(end(call(session, "CA1"))) is None
    assert service.get(session.key) == after


def test_late_end_of_an_older_call_leaves_the_newer_one(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """An end that comes after the next call has started does not end that one."""
    service.connect(call(session, "CA1"))
    pass_time(hours=4)
    assert isinstance(service.connect(call(session, "CA2", BOB)), Connection)

    assert service.end_call(end(call(session, "CA1"))) is None
    assert service.get(session.key).status is Status.IN_PROGRESS
    assert service.end_call(end(call(session, "CA2", BOB))) is not None


@pytest.mark.parametrize("contact_id", ["", "CA1"])
def test_call_whose_end_nobody_reports_ends_at_the_limit(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime, contact_id: str
) -> None:
    """At the call limit a session is Open again, in answers and lists and for the next call."""
    service.connect(call(session, contact_id))
    pass_time(hours=3, minutes=59, seconds=59)
    assert service.get(session.key).status is Status.IN_PROGRESS
    assert service.connect(call(session, "CA2")) is Refusal.BUSY
    pass_time(seconds=1)

    listing = ListRequest(connector=session.key.connector, status=Status.OPEN)
    assert service.get(session.key).status is Status.OPEN
    assert [one.key for one in service.list(listing).sessions] == [session.key]
    assert isinstance(service.connect(call(session, "CA2")), Connection)


def test_limit_is_counted_from_the_start_of_the_call(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """Neither a text nor an update extends a call."""
    service.connect(call(session, "CA1"))
    pass_time(hours=3)
    service.use(session.key, Use.TEXT)
    service.update(UpdateRequest(key=session.key, capabilities=frozenset(Capability)))
    assert service.get(session.key).status is Status.IN_PROGRESS
    pass_time(hours=1)

    assert service.get(session.key).status is Status.OPEN


def test_limit_of_a_service_is_that_of_its_calls(
    make_store: Callable[[], Store],
    moments: Any,
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Ask,
) -> None:
    """A service may have another limit, which is stored with each call."""
    store, pool = make_store(), NumberPool(["+12065550100"])
    service = ProxySessionService(store, pool, clock=moments.now, call_limit=timedelta(minutes=10))
    service.put_configuration(connector, configuration)
    session = service.create(ask(ALICE, BOB))
    service.connect(call(session, "CA1"))
    moments.pass_time(minutes=10)

    other = ProxySessionService(store, pool, clock=moments.now)
    assert other.get(session.key).status is Status.OPEN


@pytest.mark.parametrize("seconds", [0, 59, 43201])
def test_limit_must_be_possible(seconds: int) -> None:
    """A call limit that no session could outlive, or that ends every call at once, is refused."""
    with pytest.raises(ValueError, match="call limit must be 1 to 720 minutes"):
        ProxySessionService(
            store=None,  # type: ignore[arg-type]
            pool=NumberPool([]),
            clock=lambda: NOW,
            call_limit=timedelta(seconds=seconds),
        )


def test_repeated_call_gets_the_same_answer_and_is_recorded_once(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A carrier that asks again about a call gets the same connection; nothing else changes."""
    first = service.connect(call(session, "CA1"))
    before = service.get(session.key)
    pass_time(seconds=15)

    again = service.connect(call(session, "CA1"))

    assert isinstance(first, Connection)
    assert not first.is_repeated
    assert again == replace(first, is_repeated=True)
    assert service.get(session.key) == before


def test_call_that_is_up_is_known_after_many_texts(
    service: ProxySessionService, session: ProxySession
) -> None:
    """Texts during a call do not make a repeated report of it another call."""
    service.connect(call(session, "CA1"))
    for number in range(9):
        service.connect(replace(call(session, f"SM{number}"), capability=SMS))
    before = service.get(session.key)

    again = service.connect(call(session, "CA1"))

    assert isinstance(again, Connection)
    assert again.is_repeated
    assert service.get(session.key) == before


def test_call_that_has_ended_is_not_connected_again(
    service: ProxySessionService, session: ProxySession
) -> None:
    """A report of a call's start that comes after its end leaves the session Open."""
    service.connect(call(session, "CA1"))
    service.end_call(end(call(session, "CA1")))

    assert service.connect(call(session, "CA1")) is Refusal.ENDED
    assert service.get(session.key).status is Status.OPEN


def test_repeated_text_is_recorded_once(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A text that comes again under its id gets the same answer and restarts no clock."""
    text = replace(call(session, "SM1"), capability=SMS)
    first = service.connect(text)
    service.connect(replace(text, contact_id="SM2", sender=BOB))
    before = service.get(session.key)
    pass_time(seconds=15)

    again = service.connect(text)

    assert isinstance(first, Connection)
    assert again == replace(first, is_repeated=True)
    assert service.get(session.key) == before


def test_contacts_without_an_id_are_different_ones(
    service: ProxySessionService, session: ProxySession
) -> None:
    """Without ids a second call is busy, and an end ends the call."""
    service.connect(call(session, ""))

    assert service.connect(call(session, "")) is Refusal.BUSY
    assert service.end_call(end(call(session, ""))) is not None
    assert isinstance(service.connect(call(session, "")), Connection)


def test_end_of_nobodys_call_changes_nothing(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """An end without a call, by a stranger, or of a deleted session, is passed over."""
    assert service.end_call(end(call(session, "CA1"))) is None
    assert service.end_call(end(call(session, "CA1", "+16135550103"))) is None
    service.connect(call(session, "CA1"))
    pass_time(hours=1)
    service.delete(session.key)
    assert service.end_call(end(call(session, "CA1"))) is None


@pytest.mark.parametrize(("hours", "status"), [(5, Status.OPEN), (13, Status.CLOSED)])
def test_end_after_the_limit_or_the_session_is_known_once(
    service: ProxySessionService,
    session: ProxySession,
    pass_time: PassTime,
    hours: int,
    status: Status,
) -> None:
    """The first report finds its call, however late it comes, and brings no session back."""
    service.connect(call(session, "CA1"))
    closes_at = service.get(session.key).expires_at
    pass_time(hours=hours)

    ended = service.end_call(end(call(session, "CA1")))

    assert ended
    assert ended.key == session.key
    assert service.get(session.key).status is status
    assert (service.get(session.key).expires_at == closes_at) is (status is Status.CLOSED)
    assert service.end_call(end(call(session, "CA1"))) is None


def test_end_after_the_number_went_to_another_session_changes_nothing(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Ask,
    pass_time: PassTime,
) -> None:
    """Once the callee has the number in another session, the end of the earlier call is passed over."""
    service = make_service(numbers=("+12125550100",))
    service.put_configuration(connector, configuration)
    earlier = service.create(ask(ALICE, BOB))
    service.connect(call(earlier, "CA1"))
    pass_time(hours=1)
    later = service.create(ask(BOB, "+16135550103"))

    assert service.end_call(end(call(earlier, "CA1"))) is None
    assert service.get(later.key) == later


def test_carriers_id_is_not_kept(service: ProxySessionService, session: ProxySession) -> None:
    """A session has digests of ids: an id of SIP may have a phone number in it."""
    service.connect(call(session, f"{ALICE}@192.0.2.1"))

    kept = service.get(session.key)
    assert kept.contacts
    assert ALICE not in f"{kept.contacts}{kept.call}"


@pytest.fixture
def upgraded(dynamodb: "DynamoDBClient", moments: Any) -> ProxySessionService:
    """A service on a table with items of release 0.1.0, ten minutes after their sessions began."""
    name = create_table(dynamodb)
    for item in json.loads(STORED.read_text(encoding="utf-8")):
        dynamodb.put_item(TableName=name, Item=item)
    moments.pass_time(seconds=(NOW - moments.now()).total_seconds() + 600)
    pool = NumberPool(["+12065550100"])
    return ProxySessionService(FilledStore(dynamodb, name), pool, clock=moments.now)


def stored_key(number: int) -> SessionKey:
    """The key of a stored session of release 0.1.0."""
    connector = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")
    return SessionKey(connector, f"00000000-0000-4000-8000-{number:012}")


def test_sessions_of_an_earlier_release_are_read_changed_and_removed(
    upgraded: ProxySessionService,
) -> None:
    """Items without a call or contacts serve as before."""
    session = upgraded.get(stored_key(1))
    assert (session.status, session.call, session.contacts) == (Status.OPEN, None, ())

    connection = upgraded.connect(call(session, "CA1", "+13105550111"))
    assert isinstance(connection, Connection)
    assert connection.recipient == "+13105550122"
    assert upgraded.end_call(end(call(session, "CA1", "+13105550111"))) is not None
    updated = upgraded.update(
        UpdateRequest(key=session.key, capabilities=frozenset({VOICE}), expiry_minutes=5)
    )
    assert updated.capabilities == {VOICE}
    upgraded.delete(session.key)


@pytest.mark.parametrize("number", [1, 2])
def test_sessions_of_an_earlier_release_close(
    upgraded: ProxySessionService, pass_time: PassTime, number: int
) -> None:
    """At their expiry, Open or InProgress, they are Closed, and are listed so."""
    session = upgraded.get(stored_key(number))
    pass_time(minutes=session.expiry_minutes)

    listing = ListRequest(connector=session.key.connector, status=Status.CLOSED)
    assert upgraded.get(session.key).status is Status.CLOSED
    assert session.key in [one.key for one in upgraded.list(listing).sessions]


def test_call_of_an_earlier_release_ends_at_the_default_limit(
    upgraded: ProxySessionService, pass_time: PassTime
) -> None:
    """A session that was InProgress without a limit gets one, counted from its last change."""
    key = stored_key(2)
    assert upgraded.get(key).status is Status.IN_PROGRESS
    pass_time(seconds=DEFAULT_CALL_LIMIT.total_seconds() - 1)
    assert upgraded.get(key).status is Status.IN_PROGRESS
    pass_time(seconds=1)

    assert upgraded.get(key).status is Status.OPEN


def test_call_of_an_earlier_release_can_be_ended(upgraded: ProxySessionService) -> None:
    """The end of a call that has no id is recorded by its session."""
    assert upgraded.use(stored_key(2), Use.CALL_ENDED).status is Status.OPEN
    assert upgraded.get(stored_key(2)).status is Status.OPEN
