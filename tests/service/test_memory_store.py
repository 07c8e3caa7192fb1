import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.requests import CreateRequest, ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, ProxySession, SessionKey, Status
from chime_proxy_service.stores.memory import MemoryStore

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = "+12125550100"
Make = Callable[..., ProxySession]
TraceFunction = Callable[[FrameType, str, Any], Any]


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def make(connector: Connector) -> Make:
    """Make a session of two participants that begins now and lasts an hour."""

    def make(session_id: str, first: str, second: str, begin: datetime = NOW) -> ProxySession:
        return ProxySession(
            key=SessionKey(connector, session_id),
            participants=(first, second),
            proxy_phone_number=NUMBER,
            capabilities=frozenset(Capability),
            expiry_minutes=60,
            status=Status.OPEN,
            created_at=begin,
            updated_at=begin,
            expires_at=begin + HOUR,
        )

    return make


def test_add_refuses_a_busy_number(store: MemoryStore, make: Make) -> None:
    """Of two sessions with one number and a shared participant only the first is added."""
    assert store.add(make("1", "+1", "+2"), NOW)
    assert not store.add(make("2", "+3", "+2"), NOW)
    assert store.session(make("2", "+3", "+2").key) is None
    assert store.add(make("2", "+3", "+2"), NOW + HOUR)


def test_replace_refuses_what_changed(store: MemoryStore, make: Make) -> None:
    """Of two changes to the same state only the first is made, and a removed session stays so."""
    before = make("1", "+1", "+2")
    store.add(before, NOW)
    one = replace(before, expiry_minutes=1)

    assert store.replace(before, one)
    assert not store.replace(before, replace(before, expiry_minutes=2))
    assert store.session(before.key) == one

    store.remove(before.key)
    assert not store.replace(one, before)
    assert store.session(before.key) is None


def test_replace_refuses_what_lost_its_number(store: MemoryStore, make: Make) -> None:
    """An expired session is not extended once another has its number for either participant."""
    expired = make("1", "+1", "+2")
    store.add(expired, NOW)
    taker = make("2", "+3", "+2", NOW + HOUR)
    store.add(taker, NOW + HOUR)
    longer = replace(expired, expires_at=NOW + 3 * HOUR)

    assert not store.replace(expired, longer)
    store.remove(taker.key)
    assert not store.replace(expired, longer)


def test_removing_the_expired_leaves_the_taker(store: MemoryStore, make: Make) -> None:
    """When an expired session is removed, its number stays busy for the one that took it."""
    store.add(make("1", "+1", "+2"), NOW)
    later = NOW + HOUR
    store.add(make("2", "+3", "+2", later), later)

    store.remove(make("1", "+1", "+2").key)

    assert store.busy_numbers("us-east-1", ("+2", "+9"), later) == {NUMBER}
    assert store.busy_numbers("us-east-1", ("+1", "+9"), later) == frozenset()


def test_forget_keeps_what_was_extended(store: MemoryStore, make: Make) -> None:
    """Forgetting goes by the expiry a session has, not the one it began with."""
    short, extended = make("1", "+1", "+2"), make("2", "+3", "+4")
    store.add(short, NOW)
    store.add(extended, NOW)
    longer = replace(extended, expires_at=NOW + 3 * HOUR)
    store.replace(extended, longer)

    store.forget(NOW + 2 * HOUR)
    assert store.session(short.key) is None
    assert store.session(extended.key) == longer

    store.forget(NOW + 4 * HOUR)
    assert store.session(extended.key) is None


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of Python an act runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def test_number_leads_to_its_session(store: MemoryStore, make: Make) -> None:
    """What a number means to a participant is found with the same effort among many sessions."""
    wanted = make("0", "+10", "+20")
    store.add(wanted, NOW)
    effort = lines_run(lambda: store.session_behind("us-east-1", NUMBER, "+10"))
    for n in range(1, 1000):
        store.add(make(str(n), f"+1{n}0", f"+2{n}0"), NOW)

    assert store.session_behind("us-east-1", NUMBER, "+20") == wanted
    assert lines_run(lambda: store.session_behind("us-east-1", NUMBER, "+10")) == effort > 0
    assert store.session_behind("us-east-1", NUMBER, "+30") is None
    assert store.session_behind("eu-west-1", NUMBER, "+10") is None


def test_connectors_are_listed_while_configured_or_in_use(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Callable[..., CreateRequest],
) -> None:
    """The store lists a connector, in order, while it has a configuration or a session."""
    store = MemoryStore()
    service = make_service(store=store)
    other = Connector("eu-west-1", connector.voice_connector_id)
    assert store.connectors() == ()
    service.put_configuration(connector, configuration)
    service.put_configuration(other, configuration)
    assert store.connectors() == (other, connector)

    session = service.create(ask())
    service.delete_configuration(connector)
    service.delete_configuration(other)
    assert store.connectors() == (connector,)
    assert service.list(ListRequest(connector=connector)).sessions == (session,)
    service.delete(session.key)
    assert store.connectors() == ()
