import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from tests.service.sessions import HOUR, NOW, NUMBER, new_session

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.requests import CreateRequest, ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import RETENTION, Connector, ProxySession
from chime_proxy_service.stores.memory import MemoryStore

Make = Callable[..., ProxySession]
TraceFunction = Callable[[FrameType, str, Any], Any]


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def make(connector: Connector) -> Make:
    """Make a session of two participants that begins now and lasts an hour."""
    return lambda *arguments: new_session(connector, *arguments)


def test_memory_forgets_what_nobody_can_read(store: MemoryStore, make: Make) -> None:
    """After its retention nothing of a session is kept, by the expiry that a change has set."""
    short, extended, deleted = (make(str(n), f"+1{n}", f"+2{n}") for n in range(3))
    for session in (short, extended, deleted):
        store.add(session, NOW)
    longer = replace(extended, expires_at=NOW + 3 * HOUR, revision=1)
    store.replace(extended, longer)
    store.remove(deleted, NOW)

    later = NOW + RETENTION + 2 * HOUR
    store.add(make("3", "+5", "+6", later), later)
    assert store.session(short.key) is None
    assert store.session(extended.key) == longer

    much_later = later + RETENTION + 2 * HOUR
    last = make("4", "+7", "+8", much_later)
    store.add(last, much_later)
    kept = {
        name: len(value) for name, value in vars(store).items() if isinstance(value, dict | list)
    }
    assert kept == {
        "_configurations": 0,
        "_stored": 1,
        "_positions": 1,
        "_holders": 2,
        "_last_numbers": 1,
        "_expiries": 1,
    }


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
