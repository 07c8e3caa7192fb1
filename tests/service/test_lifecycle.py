from collections.abc import Callable
from datetime import timedelta

import pytest

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import BadRequestError, ForbiddenError, NotFoundError
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.rules import Use
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    Capability,
    Connector,
    NumberSelectionBehavior,
    ProxySession,
    SessionKey,
    Status,
)
from chime_proxy_service.store import Store

Ask = Callable[..., CreateRequest]
PassTime = Callable[..., None]
VOICE = frozenset({Capability.VOICE})


@pytest.fixture(autouse=True)
def _configured(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> None:
    service.put_configuration(connector, configuration)


@pytest.fixture
def session(service: ProxySessionService, ask: Ask) -> ProxySession:
    """A session that expires in an hour."""
    return service.create(ask())


def to_voice(session: ProxySession, minutes: int | None = None) -> UpdateRequest:
    """Ask that only calls be possible."""
    return UpdateRequest(key=session.key, capabilities=VOICE, expiry_minutes=minutes)


def test_session_gets_the_default_expiry(service: ProxySessionService, ask: Ask) -> None:
    """A session that names no expiry has its connector's default."""
    assert service.create(ask()).expiry_minutes == 60
    assert service.create(ask(expiry_minutes=5)).expiry_minutes == 5


def test_closes_at_expiry(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A session is Open until its expiry, and Closed with an end from then on."""
    pass_time(minutes=59, seconds=59)
    before = service.get(session.key)
    pass_time(seconds=1)
    after = service.get(session.key)

    assert (before.status, before.ended_at) == (Status.OPEN, None)
    assert (after.status, after.ended_at) == (
        Status.CLOSED,
        session.created_at + timedelta(hours=1),
    )


def test_update_restarts_the_clock(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """An update sets capabilities and time of update, keeps the expiry, and begins it anew."""
    pass_time(minutes=50)
    updated = service.update(to_voice(session))
    pass_time(minutes=50)

    assert updated.capabilities == VOICE
    assert updated.expiry_minutes == 60
    assert updated.created_at == session.created_at
    assert updated.updated_at == session.created_at + timedelta(minutes=50)
    assert service.get(session.key).status is Status.OPEN


def test_update_changes_the_expiry(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """An update may set another expiry, counted from the update."""
    pass_time(minutes=50)
    service.update(to_voice(session, minutes=5))
    pass_time(minutes=5)

    assert service.get(session.key).status is Status.CLOSED


def test_use_restarts_the_clock(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A text begins the expiry anew, and is no update."""
    pass_time(minutes=50)
    used = service.use(session.key, Use.TEXT)
    pass_time(minutes=50)

    assert used.updated_at == session.updated_at
    assert service.get(session.key).status is Status.OPEN


def test_in_progress_while_a_call_is_up(
    service: ProxySessionService, session: ProxySession
) -> None:
    """A session is InProgress from a call's start to its end, whatever is texted meanwhile."""
    uses = (Use.CALL_STARTED, Use.TEXT, Use.CALL_ENDED)

    statuses = [service.use(session.key, use).status for use in uses]

    assert statuses == [Status.IN_PROGRESS, Status.IN_PROGRESS, Status.OPEN]


def test_expires_during_a_call(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """A call whose end nobody reports does not keep a session open."""
    service.use(session.key, Use.CALL_STARTED)
    pass_time(minutes=60)

    assert service.get(session.key).status is Status.CLOSED


def test_closed_session_cannot_be_changed(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime
) -> None:
    """Neither an update nor a use brings a closed session back."""
    pass_time(minutes=60)

    with pytest.raises(BadRequestError, match="Closed"):
        service.update(to_voice(session))
    with pytest.raises(BadRequestError, match="Closed"):
        service.use(session.key, Use.TEXT)


def test_closed_session_is_kept_for_30_days(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime, ask: Ask
) -> None:
    """A closed session is read, and listed, for 30 days from its end and no longer."""
    listing = ListRequest(connector=session.key.connector, status=Status.CLOSED)
    pass_time(days=30, minutes=59)
    assert service.get(session.key).status is Status.CLOSED
    assert [listed.key for listed in service.list(listing).sessions] == [session.key]

    pass_time(minutes=1)
    service.create(ask())
    pass_time(minutes=1)

    with pytest.raises(NotFoundError):
        service.get(session.key)
    assert service.list(listing).sessions == ()


def test_retention_of_a_service_is_that_of_its_sessions(
    make_service: Callable[..., ProxySessionService],
    make_store: Callable[[], Store],
    configuration: ProxyConfiguration,
    pass_time: PassTime,
    ask: Ask,
) -> None:
    """A session is kept for the retention its service had at its creation, with its number."""
    store = make_store()
    week, year = (make_service(store=store, retention=timedelta(days=days)) for days in (7, 365))
    request = ask(number_selection_behavior=NumberSelectionBehavior.PREFER_STICKY)
    week.put_configuration(request.connector, configuration)
    short, long = week.create(ask("+14015550108", "+14015550109")), year.create(request)

    pass_time(days=7, minutes=59)
    assert year.get(short.key).status is Status.CLOSED
    pass_time(minutes=2)
    for service in (week, year):
        with pytest.raises(NotFoundError):
            service.get(short.key)
        assert service.get(long.key).status is Status.CLOSED
    pass_time(days=300)
    assert week.get(long.key).status is Status.CLOSED
    assert week.create(request).proxy_phone_number == long.proxy_phone_number


def test_updated_session_is_not_forgotten_early(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime, ask: Ask
) -> None:
    """The 30 days count from the end that an update moved."""
    pass_time(minutes=59)
    service.update(to_voice(session))
    pass_time(days=30, minutes=30)
    service.create(ask())

    assert service.get(session.key).status is Status.CLOSED


def test_deleted_session_is_gone_at_once(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime, ask: Ask
) -> None:
    """A deleted session, open or closed, is not found by anything any more."""
    closed = service.create(ask(expiry_minutes=1))
    pass_time(minutes=1)

    for key in (session.key, closed.key):
        service.delete(key)
        with pytest.raises(NotFoundError):
            service.get(key)
        with pytest.raises(NotFoundError):
            service.delete(key)
        with pytest.raises(NotFoundError):
            service.use(key, Use.TEXT)
    with pytest.raises(NotFoundError):
        service.update(to_voice(session))
    assert service.list(ListRequest(connector=session.key.connector)).sessions == ()


def test_number_that_was_taken_does_not_come_back(
    service: ProxySessionService, session: ProxySession, pass_time: PassTime, ask: Ask
) -> None:
    """An expired session whose number was given away stays closed, even if the clock goes back."""
    pass_time(minutes=60)
    again = NumberSelectionBehavior.PREFER_STICKY
    taker = service.create(ask(number_selection_behavior=again))
    pass_time(minutes=-1)

    assert taker.proxy_phone_number == session.proxy_phone_number
    with pytest.raises(BadRequestError, match="Closed"):
        service.update(to_voice(session))
    service.delete(taker.key)
    with pytest.raises(BadRequestError, match="Closed"):
        service.update(to_voice(session))


def test_connector_without_configuration_is_not_found(
    service: ProxySessionService, ask: Ask
) -> None:
    """A connector without proxy configuration has no sessions to create or list."""
    other = Connector("us-east-1", "zyxwvu9tsrq8ponmlk7jih")

    with pytest.raises(NotFoundError, match="zyxwvu9tsrq8ponmlk7jih has no proxy configuration"):
        service.create(ask(connector=other))
    with pytest.raises(NotFoundError):
        service.list(ListRequest(connector=other))
    with pytest.raises(NotFoundError):
        service.get_configuration(other)
    with pytest.raises(NotFoundError):
        service.delete_configuration(other)


def test_regions_are_apart(
    service: ProxySessionService,
    session: ProxySession,
    configuration: ProxyConfiguration,
    ask: Ask,
) -> None:
    """The same id in another region is another connector, with numbers of its own."""
    west = Connector("us-west-2", session.key.connector.voice_connector_id)
    with pytest.raises(NotFoundError):
        service.create(ask(connector=west))
    service.put_configuration(west, configuration)

    twin = service.create(ask(connector=west))

    assert twin.proxy_phone_number == session.proxy_phone_number
    with pytest.raises(NotFoundError):
        service.get(SessionKey(west, session.key.proxy_session_id))


@pytest.mark.parametrize("end", ["disable", "remove"])
def test_sessions_outlive_their_configuration(
    service: ProxySessionService, session: ProxySession, ask: Ask, end: str
) -> None:
    """Disabling or deleting the configuration stops new sessions, and leaves the old ones be."""
    connector = session.key.connector
    if end == "disable":
        disabled = ProxyConfiguration(
            default_session_expiry_minutes=60, phone_number_countries=("US",), disabled=True
        )
        service.put_configuration(connector, disabled)
    else:
        service.delete_configuration(connector)

    with pytest.raises(ForbiddenError if end == "disable" else NotFoundError):
        service.create(ask())
    assert service.update(to_voice(session)).status is Status.OPEN
    assert len(service.list(ListRequest(connector=connector)).sessions) == 1
    service.delete(session.key)


@pytest.mark.parametrize("minutes", [0, 721, -1])
def test_default_expiry_must_be_possible(
    service: ProxySessionService, connector: Connector, minutes: int
) -> None:
    """A default expiry that no session could have is refused."""
    configuration = ProxyConfiguration(
        default_session_expiry_minutes=minutes, phone_number_countries=("US",)
    )

    with pytest.raises(BadRequestError, match="DefaultSessionExpiryMinutes must be 1 to 720"):
        service.put_configuration(connector, configuration)


def test_sessions_that_could_not_work(
    service: ProxySessionService, session: ProxySession, ask: Ask
) -> None:
    """Over 720 minutes, without a capability, or with oneself: each is refused and named."""
    with pytest.raises(BadRequestError, match="ExpiryMinutes must be 1 to 720 minutes"):
        service.create(ask(expiry_minutes=721))
    with pytest.raises(BadRequestError, match="ExpiryMinutes must be 1 to 720 minutes"):
        service.update(to_voice(session, minutes=721))
    with pytest.raises(BadRequestError, match="at least one of Voice and SMS"):
        service.create(ask(capabilities=frozenset()))
    with pytest.raises(BadRequestError, match="two different numbers"):
        service.create(ask("+12065550100", "+12065550100"))
