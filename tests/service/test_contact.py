from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.requests import CreateRequest, UpdateRequest
from chime_proxy_service.rules import Use, reached
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, ProxySession, Status
from chime_proxy_service.store import Store

Ask = Callable[..., CreateRequest]
PassTime = Callable[..., None]
ALICE, BOB, CAROL, OFFICE = "+12025550101", "+13035550102", "+16135550103", "+12025550199"
VOICE, SMS = Capability


@pytest.fixture
def with_office(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> ProxyConfiguration:
    """A configuration whose calls go to the office after a session."""
    office = replace(configuration, fall_back_phone_number=OFFICE)
    return service.put_configuration(connector, office)


@pytest.fixture
def session(
    service: ProxySessionService, ask: Ask, with_office: ProxyConfiguration
) -> ProxySession:
    """Alice's and Bob's session, which expires in an hour."""
    assert with_office.default_session_expiry_minutes == 60
    return service.create(ask(ALICE, BOB))


def contact(session: ProxySession, sender: str = ALICE, capability: Capability = VOICE) -> Contact:
    """A call or a text to a session's proxy number."""
    return Contact(
        region=session.key.connector.region,
        sender=sender,
        proxy_phone_number=session.proxy_phone_number,
        capability=capability,
    )


@pytest.mark.parametrize(("sender", "recipient"), [(ALICE, BOB), (BOB, ALICE)])
@pytest.mark.parametrize("capability", Capability)
def test_contact_reaches_the_other_participant(
    service: ProxySessionService,
    session: ProxySession,
    sender: str,
    recipient: str,
    capability: Capability,
) -> None:
    """A participant reaches the other one, who sees the proxy number and not the sender's."""
    fate = service.connect(contact(session, sender, capability))

    assert fate == Connection(
        recipient=recipient, shown_number=session.proxy_phone_number, session=session.key
    )


def test_one_number_means_another_session_for_each_caller(
    service: ProxySessionService, session: ProxySession
) -> None:
    """Behind one proxy number everybody reaches whom their own session is with."""
    request = CreateRequest(
        connector=session.key.connector,
        participants=(CAROL, OFFICE),
        capabilities=frozenset(Capability),
    )
    other = service.create(request)
    assert other.proxy_phone_number == session.proxy_phone_number

    fates = [service.connect(contact(session, sender, SMS)) for sender in (ALICE, CAROL)]

    assert [getattr(fate, "recipient", fate) for fate in fates] == [BOB, OFFICE]


def test_stranger_reaches_nobody(service: ProxySessionService, session: ProxySession) -> None:
    """Who is in no session with a number reaches nobody through it, whatever the region."""
    elsewhere = replace(contact(session), region="eu-west-1")
    from_proxy = contact(session, sender=session.proxy_phone_number)

    assert service.connect(contact(session, CAROL)) is Refusal.UNKNOWN
    assert service.connect(elsewhere) is Refusal.UNKNOWN
    assert service.connect(from_proxy) is Refusal.UNKNOWN


def test_session_without_the_capability_refuses(
    service: ProxySessionService, session: ProxySession
) -> None:
    """A session without Voice carries no call, and one without SMS no text."""
    for capability, other in ((VOICE, SMS), (SMS, VOICE)):
        only = UpdateRequest(key=session.key, capabilities=frozenset({capability}))
        service.update(only)
        fate = service.connect(contact(session, capability=other))
        assert fate is Refusal.NOT_CARRIED


def test_second_call_is_refused_while_one_is_up(
    service: ProxySessionService, session: ProxySession
) -> None:
    """While a call is up the session is InProgress, takes texts, and refuses another call."""
    service.connect(contact(session))
    assert service.get(session.key).status is Status.IN_PROGRESS
    assert isinstance(service.connect(contact(session, BOB, SMS)), Connection)
    assert service.connect(contact(session, BOB)) is Refusal.BUSY

    service.use(session.key, Use.CALL_ENDED)

    assert service.get(session.key).status is Status.OPEN
    assert isinstance(service.connect(contact(session, BOB)), Connection)


@pytest.mark.parametrize("capability", Capability)
def test_contact_restarts_the_clock(
    service: ProxySessionService,
    session: ProxySession,
    pass_time: PassTime,
    capability: Capability,
) -> None:
    """A call or a text that gets through begins the expiry anew."""
    pass_time(minutes=50)
    service.connect(contact(session, capability=capability))
    pass_time(minutes=50)

    assert service.get(session.key).status is not Status.CLOSED


def test_refusal_is_no_use(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A call that is refused leaves the expiry as it was."""
    service.update(UpdateRequest(key=session.key, capabilities=frozenset({SMS})))
    pass_time(minutes=50)
    assert service.connect(contact(session)) is Refusal.NOT_CARRIED
    pass_time(minutes=10)

    assert service.get(session.key).status is Status.CLOSED


def test_call_after_expiry_falls_back(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """After a session its calls go to the fall-back number, its texts nowhere; it stays closed."""
    pass_time(minutes=60)

    assert service.connect(contact(session)) == Connection(
        recipient=OFFICE, shown_number=session.proxy_phone_number, session=None
    )
    assert service.connect(contact(session, capability=SMS)) is Refusal.CLOSED
    assert service.get(session.key).status is Status.CLOSED


def test_closed_session_without_a_fallback_refuses_calls(
    service: ProxySessionService,
    session: ProxySession,
    configuration: ProxyConfiguration,
    pass_time: PassTime,
) -> None:
    """Without a fall-back number, or without a configuration, a closed session refuses calls."""
    connector = session.key.connector
    pass_time(minutes=60)

    service.put_configuration(connector, configuration)
    assert service.connect(contact(session)) is Refusal.CLOSED
    service.delete_configuration(connector)
    assert service.connect(contact(session)) is Refusal.CLOSED


def test_session_past_its_retention_reaches_nobody(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """Once a closed session cannot be read any more, its participants are strangers."""
    pass_time(days=30, minutes=60)
    with pytest.raises(NotFoundError):
        service.get(session.key)

    assert service.connect(contact(session)) is Refusal.UNKNOWN


def test_deleted_session_reaches_nobody(
    service: ProxySessionService, session: ProxySession
) -> None:
    """Nothing is reached through a session that was deleted, the fall-back number neither."""
    service.delete(session.key)

    assert service.connect(contact(session)) is Refusal.UNKNOWN


def test_number_belongs_to_the_newest_session(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    with_office: ProxyConfiguration,
    ask: Ask,
    pass_time: PassTime,
) -> None:
    """When a number serves a participant again, its calls mean the new session."""
    service = make_service(numbers=("+12125550100",))
    service.put_configuration(connector, with_office)
    session = service.create(ask(ALICE, BOB, expiry_minutes=60))
    pass_time(minutes=60)
    successor = service.create(ask(ALICE, CAROL))
    assert successor.proxy_phone_number == session.proxy_phone_number

    fate = service.connect(contact(session))
    late = service.connect(contact(session, BOB))

    assert fate == Connection(
        recipient=CAROL, shown_number=session.proxy_phone_number, session=successor.key
    )
    assert isinstance(late, Connection)
    assert late.recipient == OFFICE


def test_disabled_connector_still_carries_its_sessions(
    service: ProxySessionService, session: ProxySession, with_office: ProxyConfiguration
) -> None:
    """A configuration that admits no new sessions leaves the calls of the others alone."""
    service.put_configuration(session.key.connector, replace(with_office, disabled=True))

    assert isinstance(service.connect(contact(session)), Connection)


def test_decision_is_pure(session: ProxySession, with_office: ProxyConfiguration) -> None:
    """The same facts give the same answer, and nothing is changed by asking."""
    call, now = contact(session), session.created_at

    fates = {reached(call, session, with_office, now) for _ in range(2)}

    assert fates == {
        Connection(recipient=BOB, shown_number=session.proxy_phone_number, session=session.key)
    }
    assert session.status is Status.OPEN


class CrowdedStore:
    """A store in which somebody else changes every session just before it is written."""

    def __init__(self, store: Store, interruptions: list[Callable[[], object]]) -> None:
        self._store = store
        self._interruptions = interruptions

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the store."""
        return getattr(self._store, name)

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Let somebody else go first."""
        if self._interruptions:
            self._interruptions.pop()()
        return self._store.replace(before, after)


def test_lost_race_is_decided_again(
    make_service: Callable[..., ProxySessionService],
    make_store: Callable[[], Store],
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Ask,
) -> None:
    """A call that loses to one of the other participant's is decided anew: it is refused."""
    rivals: list[Callable[[], object]] = []
    service = make_service(store=CrowdedStore(make_store(), rivals))
    service.put_configuration(connector, configuration)
    session = service.create(ask(ALICE, BOB))
    rivals.append(lambda: service.connect(contact(session, BOB)))

    assert service.connect(contact(session)) is Refusal.BUSY
    assert service.get(session.key).status is Status.IN_PROGRESS


def test_refusals_name_no_number() -> None:
    """What a refusal says holds no digit."""
    assert not [refusal for refusal in Refusal if any(map(str.isdigit, refusal))]
