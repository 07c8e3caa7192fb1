import re
from html import unescape
from urllib.parse import urlencode

import pytest
from tests.console.site import Site
from tests.console.test_page import text

from chime_proxy_service.session import Connector


def search(site: Site, wanted: str, query: str = "") -> str:
    """Search, and return the page that comes of it."""
    reply = site.post(f"/_local/console/search{query}", urlencode({"wanted": wanted}))
    assert reply["statusCode"] == 303, reply["body"]
    return str(site.get(reply["headers"]["location"])["body"])


def titles(html: str) -> list[str]:
    """Return the titles of the sessions on a page, without their stacks."""
    return [unescape(one).strip() for one in re.findall(r"([^<>]*)</h4>", html)]


@pytest.fixture
def busy(site: Site) -> Site:
    """Open 300 sessions of a stack, one with a name of its own and one that nobody declared."""
    for n in range(300):
        session = site.open(f"+1310555{n:04}", f"+1808555{n:04}", name=f"{n:030x}")
        place, logical_id = f"Prod/Rides/Sessions/ride-{n}", f"Sessionsride{n}B69AA551"
        site.declare(session, place, "Prod-Rides", logical_id)
    site.open(name="Tuesday 7 o'clock")
    return site


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("ride-290", ["Prod/Rides/Sessions/ride-290"]),
        (" RIDE-290 ", ["Prod/Rides/Sessions/ride-290"]),
        ("Sessionsride290B69AA551", ["Prod/Rides/Sessions/ride-290"]),
        ("Prod-Rides/Sessionsride290B69AA551", ["Prod/Rides/Sessions/ride-290"]),
        ("Prod/Rides/Sessions/ride-290", ["Prod/Rides/Sessions/ride-290"]),
        ("tuesday", ["Tuesday 7 o'clock"]),
        ("+13105550290", ["Prod/Rides/Sessions/ride-290"]),
        ("+1 808 555-0290", ["Prod/Rides/Sessions/ride-290"]),
        ("8085550290", ["Prod/Rides/Sessions/ride-290"]),
        ("c6b002df-b5b2-4cbd-975f-000000000291", ["Prod/Rides/Sessions/ride-290"]),
        ("nothing like it", []),
    ],
)
def test_session_is_found(busy: Site, wanted: str, expected: list[str]) -> None:
    """One of 300 sessions is found by key, logical id, stack, name, number or id."""
    assert titles(search(busy, wanted)) == expected


def test_stack_is_found_by_its_name(busy: Site) -> None:
    """A stack's name finds its sessions and no others, also if its construct has another name."""
    assert "Sessions 1 to 20 of 300 that match" in text(search(busy, "prod-rides"))


def test_whole_matches_come_first(busy: Site) -> None:
    """The session whose key is the text comes before those whose keys only contain it."""
    busy.declare(busy.open(name=None), "Prod/Rides/Sessions/ride-2", "Prod-Rides", "Late")
    found = titles(search(busy, "ride-2"))
    assert [one.rpartition("/")[2] for one in found[:3]] == ["ride-2", "ride-2", "ride-20"]


def test_matches_continue_on_further_pages(busy: Site) -> None:
    """Following the links, every match is seen once, twenty on a page."""
    html = search(busy, "ride-2")
    assert "Sessions 1 to 20 of 111 that match" in text(html)
    seen = titles(html)
    while further := re.search(r'href="([^"]*)">Next sessions', html):
        html = busy.get(unescape(further[1]))["body"]
        seen += titles(html)
    assert (len(seen), len(set(seen))) == (111, 111)


def test_search_says_how_many_it_found(busy: Site, elsewhere: Connector) -> None:
    """A search says how many sessions of how many match, and lists no connector without a match."""
    busy.configure(elsewhere)
    html = search(busy, "ride-290")
    assert "1 of 301 sessions matches." in text(html)
    assert html.count("Voice connector in") == 1
    said = text(search(busy, "nothing like it"))
    assert "None of 301 sessions matches. Number pool" in said


def test_search_of_a_connector_counts_its_sessions(busy: Site, elsewhere: Connector) -> None:
    """On the further pages of a connector, the number of matches is that connector's."""
    busy.configure(elsewhere)
    busy.open(name="Ride-29", connector=elsewhere)
    assert "112 of 302 sessions match." in text(search(busy, "ride-2"))
    address = "/_local/console?service=built-in&connector=eu-west-1/abcdef1ghij2klmno3pqr4&search=1"
    assert "1 of 1 sessions of this connector matches." in text(busy.get(address)["body"])


def test_search_keeps_its_text_and_no_address_has_it(busy: Site) -> None:
    """After a search its text is in the search field, and in no address."""
    reply = busy.post("/_local/console/search", urlencode({"wanted": '"+13105550290'}))
    assert reply["headers"]["location"] == "/_local/console?search=1#found"
    html = busy.get("/_local/console?search=1")["body"]
    assert re.search(r'<input id="wanted"[^>]* value="&#34;\+13105550290"', html)
    assert not [one for one in re.findall(r'(?:href|action)="([^"]*)"', html) if "0290" in one]


@pytest.mark.parametrize("address", ["?search=7", "?search=x"])
def test_search_that_is_forgotten_shows_everything(site: Site, address: str) -> None:
    """An address of a search that the cloud does not know shows all sessions."""
    site.open()
    assert "Ride 7 Open" in text(site.get(f"/_local/console{address}")["body"])


def test_title_has_stack_and_logical_id(site: Site) -> None:
    """The title of a stack's session has the stack and the logical id, whatever its name."""
    named, derived, plain, bare = (
        site.open(name="Ride 7"),
        site.open(name="5d9b2c01" * 3 + "123456"),
        site.open(name="5d9b2c01" * 3 + "abcdef"),
        site.open(name=None),
    )
    site.declare(named, "Rides/Named", logical_id="NamedB69AA551")
    site.declare(derived, "Rides/Derived", logical_id="Derived7E1F0C2A")
    site.declare(plain, "Rides/Plain", logical_id="Plain")
    said = text(site.get()["body"])
    assert f"Rides/NamedB69AA551 Ride 7 Open Rides/Named · {named.key.proxy_session_id}" in said
    assert f"Rides/Derived7E1F0C2A Rides/Derived Open {derived.key.proxy_session_id}" in said
    assert f"of session Rides/Derived Rides/Plain Open {plain.key.proxy_session_id}" in said
    assert f"Session without a name Open {bare.key.proxy_session_id}" in said
