from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest
from tests.service.sessions import new_session

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import BadRequestError
from chime_proxy_service.requests import CreateRequest, ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, ProxySession, Status
from chime_proxy_service.store import Store
from chime_proxy_service.wire import next_token

Ask = Callable[..., CreateRequest]
PassTime = Callable[..., None]


@pytest.fixture(autouse=True)
def _configured(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> None:
    service.put_configuration(connector, configuration)


@pytest.fixture
def open_many(
    service: ProxySessionService, ask: Ask, pass_time: PassTime
) -> Callable[[int], list[ProxySession]]:
    """Open sessions, three in each millisecond."""

    def many(count: int) -> list[ProxySession]:
        sessions = []
        for n in range(count):
            pass_time(milliseconds=n % 3 == 0)
            sessions.append(service.create(ask(f"+1310555{n:04}", f"+1808555{n:04}")))
        return sessions

    return many


OpenMany = Callable[[int], list[ProxySession]]


def listed(
    service: ProxySessionService, connector: Connector, size: int, between: Callable[[], object]
) -> list[str]:
    """List a connector's sessions page by page, doing something between the pages."""
    page = service.list(ListRequest(connector=connector, max_results=size))
    ids = [session.key.proxy_session_id for session in page.sessions]
    while page.position:
        between()
        request = ListRequest(connector=connector, max_results=size, after=page.position)
        page = service.list(request)
        ids += [session.key.proxy_session_id for session in page.sessions]
    return ids


@pytest.mark.parametrize("size", [1, 7, 10, 100])
def test_pages_are_complete(
    service: ProxySessionService, connector: Connector, open_many: OpenMany, size: int
) -> None:
    """A list has every session once, oldest first, and its last page no token."""
    sessions = open_many(30)

    ids = listed(service, connector, size, between=lambda: None)

    expected = sorted(sessions, key=lambda session: session.position)
    assert ids == [session.key.proxy_session_id for session in expected]


def test_stable_while_sessions_come_and_go(
    service: ProxySessionService, connector: Connector, open_many: OpenMany, ask: Ask
) -> None:
    """Sessions that stay are listed once, whatever is created and deleted between the pages."""
    sessions = open_many(60)
    staying, going = sessions[::2], iter(sessions[1::2])

    def change() -> None:
        service.delete(next(going).key)
        service.create(ask())

    ids = listed(service, connector, 5, between=change)

    assert len(set(ids)) == len(ids)
    assert {session.key.proxy_session_id for session in staying} <= set(ids)


def test_stable_under_threads(
    service: ProxySessionService,
    connector: Connector,
    open_many: OpenMany,
    ask: Ask,
    count: Callable[[int], int],
) -> None:
    """The same holds while other threads create and delete at full speed."""
    staying = {session.key.proxy_session_id for session in open_many(count(500))}

    def churn() -> None:
        for _ in range(count(300)):
            service.delete(service.create(ask()).key)

    threads = [Thread(target=churn) for _ in range(4)]
    for thread in threads:
        thread.start()
    ids = listed(service, connector, 10, between=lambda: None)
    for thread in threads:
        thread.join()

    assert len(set(ids)) == len(ids)
    assert staying <= set(ids)


def test_status_selects_sessions(
    service: ProxySessionService, connector: Connector, ask: Ask, pass_time: PassTime
) -> None:
    """A list by status has the sessions of that status as of now, page by page."""
    closing = [service.create(ask(expiry_minutes=1)) for _ in range(3)]
    staying = service.create(ask())
    pass_time(minutes=1)

    def of(status: Status) -> set[str]:
        page = service.list(ListRequest(connector=connector, status=status))
        return {session.key.proxy_session_id for session in page.sessions}

    assert of(Status.CLOSED) == {session.key.proxy_session_id for session in closing}
    assert of(Status.OPEN) == {staying.key.proxy_session_id}
    assert of(Status.IN_PROGRESS) == set()


def test_a_page_looks_at_a_thousand(
    make_store: Callable[[], Store],
    make_service: Callable[..., ProxySessionService],
    fill: Callable[[Store, list[ProxySession]], None],
    connector: Connector,
) -> None:
    """A page by status ends before it has looked at every session there is, and goes on."""
    store = make_store()
    service = make_service(store=store)
    fill(store, [new_session(connector, f"{n:04}", f"+1{n}", f"+2{n}") for n in range(1500)])
    closed = ListRequest(connector=connector, status=Status.CLOSED)

    first = service.list(closed)
    assert first.sessions == ()
    assert first.position
    assert service.list(replace(closed, after=first.position)).position is None


def test_full_last_page_has_no_token(
    service: ProxySessionService, connector: Connector, ask: Ask
) -> None:
    """A page that ends with the last matching session does not promise another."""
    service.create(ask())
    service.create(ask())

    page = service.list(ListRequest(connector=connector, max_results=2))

    assert len(page.sessions) == 2
    assert page.position is None


def test_token_returns_its_position() -> None:
    """A token carries its position."""
    position = (1586967010288, "123a4bc5-67d8-901e-2f3g-h4ghjk56789l")

    assert next_token.decode(next_token.encode(position)) == position


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "bm8gc2xhc2g=", "eC95", "/w==", "_w==", "é", "MTIz", "9" * 65535),
        next_token.encode((10**13, "id")),
        next_token.encode((1, "x" * 129)),
        next_token.encode((-1, "id")),
    ],
)
def test_foreign_token_is_refused(token: str) -> None:
    """A token that the service did not make is refused with a way out."""
    with pytest.raises(BadRequestError, match="call ListProxySessions again without it"):
        next_token.decode(token)
