"""The page with five thousand sessions."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tests.console.site import CONNECTOR, Site
from tests.console.test_page import text

from chime_proxy_local.console.local_service import Contents
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import ListRequest
from chime_proxy_service.service import Clock, Page, ProxySessionService
from chime_proxy_service.session import Connector
from chime_proxy_service.store import Store

SESSIONS = 5000
CARD = "<article"


class CountedReads(ProxySessionService):
    """A service that writes down how many sessions each of its lists has."""

    def __init__(self, store: Store, pool: NumberPool, clock: Clock) -> None:
        super().__init__(store, pool, clock=clock)
        self.read: list[int] = []

    def list(self, request: ListRequest) -> Page:  # noqa: D102 - its base says it
        page = super().list(request)
        self.read.append(len(page.sessions))
        return page


def fill(site: Site, sessions: int, *connectors: Connector) -> None:
    """Open sessions, the same number on each connector."""
    for n in range(sessions):
        session = site.open(
            f"+1310{5550000 + n}",
            f"+1808{5550000 + n}",
            name=f"{n:030x}",
            connector=connectors[n % len(connectors)],
        )
        site.declare(session, f"Rides/Sessions/ride-{n}", logical_id=f"Sessionsride{n}B69AA551")


@pytest.fixture(scope="module")
def full() -> Site:
    """A service with 5,000 sessions on one connector."""
    site = Site()
    site.configure()
    fill(site, SESSIONS, CONNECTOR)
    return site


@pytest.mark.parametrize("wanted", ["", "ride-", "ride-4999", "555"])
def test_page_of_five_thousand_sessions_is_small(full: Site, wanted: str) -> None:
    """The page has at most twenty sessions and 60 kB, searched or not."""
    reply = full.post("/_local/console/search", urlencode({"wanted": wanted}))
    html = full.get(reply["headers"]["location"])["body"]
    assert html.count(CARD) == (1 if wanted == "ride-4999" else 20)
    assert len(html.encode()) < 60_000


@pytest.mark.parametrize("is_searched", [False, True])
def test_page_of_five_thousand_sessions_reads_them_once(full: Site, *, is_searched: bool) -> None:
    """The page reads each session once, a thousand at a time."""
    found = full.post("/_local/console/search", urlencode({"wanted": "ride-"}))
    address = found["headers"]["location"] if is_searched else "/_local/console"
    (service,) = full.services
    api = CountedReads(service.store, NumberPool(fictional_numbers()), clock=lambda: full.now)
    contents = Contents(connectors=(CONNECTOR,), api=api)
    full.services[:] = [replace(service, contents=lambda: contents)]
    assert full.get(address)["body"].count(CARD) == 20
    assert api.read == [1000] * 5


def test_page_says_which_sessions_it_shows(full: Site) -> None:
    """A page says which sessions of how many it shows, and links to those before and after."""
    connector = "us-east-1/abcdef1ghij2klmno3pqr4"
    address = f"/_local/console?service=built-in&connector={connector}&skip="
    first, last = full.get("/_local/console")["body"], full.get(f"{address}4990")["body"]
    assert "Sessions 1 to 20 of 5,000" in text(first)
    assert "Sessions 4,991 to 5,000 of 5,000" in text(last)
    assert ("Next sessions" in first, "Previous sessions" in first) == (True, False)
    assert ("Next sessions" in last, "Previous sessions" in last) == (False, True)


@pytest.mark.parametrize("skip", ["5000", "999999999", "-1", "x"])
def test_page_past_the_last_session_is_empty(full: Site, skip: str) -> None:
    """Past the last session there is none, and a wrong place is the first."""
    connector = "us-east-1/abcdef1ghij2klmno3pqr4"
    html = full.get(f"/_local/console?service=built-in&connector={connector}&skip={skip}")["body"]
    assert html.count(CARD) == (0 if skip.isdecimal() else 20)


@pytest.mark.parametrize(("connectors", "each"), [(5, 20), (10, 10), (60, 1)])
def test_many_connectors_share_a_page(connectors: int, each: int) -> None:
    """All connectors together have about a hundred sessions on a page, each at least one."""
    site = Site()
    several = [Connector("us-east-1", f"abcdef1ghij2klmno3p{n:03}") for n in range(connectors)]
    for connector in several:
        site.configure(connector)
    fill(site, 25 * connectors, *several)
    html = site.get()["body"]
    assert html.count(CARD) == connectors * each
    assert html.count("Next sessions") == connectors
    assert f"Sessions 1 to {each} of 25" in text(html) or each == 1
