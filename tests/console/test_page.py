import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from tests.console.site import BEGINNING, CONNECTOR, DRIVER, OFFICE, RIDER, SERVICE, Site

from chime_proxy_local.console.page import minutes_left
from chime_proxy_service.requests import UpdateRequest
from chime_proxy_service.session import Capability, Connector, ProxySession, Status

SHOWN = "/_local/console?numbers=shown"


def text(html: str) -> str:
    """What a page says, in one line: no tags, no space that is none."""
    said = re.sub(r"<head>.*?</head>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(said).split())


def place(
    site: Site, session: ProxySession, who: str, capability: Capability, query: str = ""
) -> str:
    """Place a call or a text from a participant; returns what the page says after it."""
    fields = {
        "service": SERVICE,
        "session": name(session),
        "participant": who,
        "capability": capability,
    }
    reply = site.post(f"/_local/console/participant{query}", urlencode(fields))
    assert reply["statusCode"] == 303, reply["body"]
    return text(site.get(reply["headers"]["location"])["body"])


def name(session: ProxySession) -> str:
    """What a form calls a session."""
    connector = session.key.connector
    return f"{connector.region}/{connector.voice_connector_id}/{session.key.proxy_session_id}"


def test_empty_service_is_shown_as_such() -> None:
    """A service that nobody has configured is shown as such."""
    said = text(Site().get()["body"])
    assert "No voice connector has a proxy configuration or a session." in said
    assert "US 206 0 100" in said
    assert "None yet." in said


def test_open_session_is_shown_with_its_facts(site: Site) -> None:
    """A session is shown with its status, numbers, capabilities and the time that is left."""
    session = site.open(expiry_minutes=30)
    site.pass_time(minutes=10, seconds=30)
    said = text(site.get(SHOWN)["body"])
    assert f"Ride 7 Open {session.key.proxy_session_id}" in said
    assert "Proxy number +1 206 555 0100" in said
    assert "Capabilities SMS, Voice" in said
    assert "Time left 20 of 30 min" in said
    assert "First participant +1 401 555 0147" in said
    assert "Second participant +1 206 555 0158" in said


def test_closed_session_is_shown_with_its_end(site: Site) -> None:
    """A closed session is shown with its end instead of the time that is left."""
    site.open()
    site.pass_time(minutes=90)
    said = text(site.get()["body"])
    assert "Ride 7 Closed" in said
    assert "Closed 2030-04-15 17:10:10" in said
    assert "Time left" not in said


@pytest.mark.parametrize(
    ("left", "minutes"), [(0, 0), (-1, 0), (1, 1), (60, 1), (61, 2), (43200, 720)]
)
def test_begun_minute_counts(left: int, minutes: int) -> None:
    """A minute that has begun counts, and after the end there is none."""
    assert minutes_left(BEGINNING + timedelta(seconds=left), BEGINNING) == minutes


def test_connector_is_shown_with_its_configuration(site: Site, elsewhere: Connector) -> None:
    """A connector is shown with its configuration, under its region."""
    site.configure(elsewhere, fall_back_phone_number=OFFICE, disabled=True)
    said = text(site.get(SHOWN)["body"])
    configured = "Default expiry 60 min Countries US, CA Fall-back number"
    identity = CONNECTOR.voice_connector_id
    assert f"in us-east-1 {identity} New sessions Enabled {configured} None No sessions." in said
    assert f"in eu-west-1 {identity} New sessions Disabled {configured} +1 312 555 0169" in said


def test_connector_without_configuration(site: Site) -> None:
    """Sessions that outlive their connector's configuration are still shown."""
    site.open()
    site.service.delete_configuration(CONNECTOR)
    said = text(site.get()["body"])
    assert "No proxy configuration" in said
    assert "Ride 7 Open" in said


def test_number_is_in_use_once_per_region(site: Site, elsewhere: Connector) -> None:
    """A proxy number is in use once per region, however many open sessions have it."""
    site.open()
    site.open("+12125550111", "+12125550112")
    site.configure(elsewhere)
    site.open(connector=elsewhere)
    assert "US 206 2 100" in text(site.get()["body"])
    site.pass_time(minutes=60)
    assert "US 206 0 100" in text(site.get()["body"])


def test_numbers_are_masked_unless_asked_for(site: Site) -> None:
    """Unless asked for, no number is in the page, its links and forms, but for its last digits."""
    site.configure(fall_back_phone_number=OFFICE)
    session = site.open()
    place(site, session, "first", Capability.SMS)
    html = site.get()["body"]
    masked = re.findall(r">([+•\u00a0]+\d\d)<", html)
    assert {number[-2:] for number in masked} == {"47", "58", "69", "00"}
    for number in (RIDER, DRIVER, OFFICE, session.proxy_phone_number):
        assert number[-4:] not in re.sub(r"555\D+0100", "", unescape(html))


def test_shown_numbers_stay_shown(site: Site) -> None:
    """A number that is shown is still shown after something was placed."""
    session = site.open()
    said = place(site, session, "first", Capability.SMS, "?numbers=shown")
    assert "Reaches +1 206 555 0158 who sees +1 206 555 0100" in said


@pytest.mark.parametrize(("who", "reached"), [("first", "58"), ("second", "47")])
def test_call_reaches_the_other_participant(site: Site, who: str, reached: str) -> None:
    """A call reaches the other participant, who sees the proxy number, and is up after it."""
    session = site.open()
    said = place(site, session, who, Capability.VOICE)
    assert "Call got through" in said
    assert re.search(rf"Reaches \S+ \S+ \S+ \S+{reached} .*? who sees \S+ \S+ \S+ \S+00", said)
    assert "Ride 7 InProgress" in said
    assert "A call is up." in said


def test_hanging_up_opens_the_session_again(site: Site) -> None:
    """Hanging up opens the session again, and sends the browser back to the page."""
    session = site.open()
    place(site, session, "first", Capability.VOICE)
    reply = site.post(
        "/_local/console/hang-up?entry=1", urlencode({"service": SERVICE, "session": name(session)})
    )
    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/_local/console")
    assert site.service.get(session.key).status is Status.OPEN
    assert "A call is up." not in text(site.get()["body"])


def test_use_restarts_the_clock(site: Site) -> None:
    """The time that is left begins anew with a text."""
    session = site.open()
    site.pass_time(minutes=20)
    assert "Time left 40 of 60 min" in text(site.get()["body"])
    assert "Time left 60 of 60 min" in place(site, session, "first", Capability.SMS)


def test_refusal_says_why(site: Site) -> None:
    """Whatever reaches nobody is told why: busy, not carried, closed, unknown."""
    session = site.open()
    place(site, session, "first", Capability.VOICE)
    assert "A call of this session is already in progress" in place(
        site, session, "second", Capability.VOICE
    )
    site.service.update(UpdateRequest(key=session.key, capabilities=frozenset({Capability.VOICE})))
    assert "does not have this capability" in place(site, session, "first", Capability.SMS)
    site.pass_time(minutes=60)
    assert "Call refused" in place(site, session, "first", Capability.VOICE)
    assert "The session is Closed" in text(site.get()["body"])


def test_call_after_the_end_falls_back(site: Site) -> None:
    """A call after the session's end falls back to the connector's number."""
    site.configure(fall_back_phone_number=OFFICE)
    session = site.open()
    site.pass_time(minutes=60)
    said = place(site, session, "first", Capability.VOICE, "?numbers=shown")
    assert "Falls back to +1 312 555 0169 who sees +1 206 555 0100" in said
    assert "Fell back to +1 312 555 0169" in said


def test_any_number_may_call_any_other(site: Site, elsewhere: Connector) -> None:
    """A call or a text may be placed from any number to any, in any region."""
    site.configure(elsewhere)
    session = site.open(connector=elsewhere)
    fields = {"from": RIDER, "to": session.proxy_phone_number, "capability": Capability.SMS}
    for region, outcome in (("eu-west-1", "Text got through"), ("us-east-1", "Text refused")):
        reply = site.post("/_local/console/call-or-text", urlencode({**fields, "region": region}))
        assert outcome in text(site.get(reply["headers"]["location"])["body"])


def test_no_number_in_an_address(site: Site) -> None:
    """Neither an address of the page nor where it sends the browser has a phone number."""
    site.open()
    fields = {"from": RIDER, "to": DRIVER, "region": "us-east-1", "capability": "SMS"}
    reply = site.post("/_local/console/call-or-text?numbers=shown", urlencode(fields))
    html = site.get(SHOWN)["body"]
    addresses = [reply["headers"]["location"], *re.findall(r'(?:href|action)="([^"]*)"', html)]
    assert len(addresses) > 5
    assert not [address for address in addresses if re.search(r"\d{7}", address)]


def test_wrong_form_does_nothing(site: Site) -> None:
    """A form that cannot be understood shows the page with what is wrong, and does nothing."""
    fields = {"from": "nobody", "to": DRIVER, "region": "us-east-1", "capability": "SMS"}
    reply = site.post("/_local/console/call-or-text", urlencode(fields))
    assert reply["statusCode"] == 400
    assert "must be in E.164 format" in text(reply["body"])
    assert "nobody" not in reply["body"]
    assert "None yet." in text(reply["body"])


def test_deleted_session_is_said_to_be_gone(site: Site) -> None:
    """A session that was deleted meanwhile is said to be gone."""
    session = site.open()
    site.service.delete(session.key)
    reply = site.post(
        "/_local/console/hang-up", urlencode({"service": SERVICE, "session": name(session)})
    )
    assert reply["statusCode"] == 400
    assert "has no such proxy session" in text(reply["body"])


def test_names_are_text_not_markup(site: Site) -> None:
    """What users name is text, whatever it looks like."""
    site.open(name="<script>alert('1')</script>")
    html = site.get()["body"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_pages_show_every_session_once(site: Site) -> None:
    """Following the links, every session of a connector is seen once, twenty on a page."""
    for n in range(45):
        site.open(f"+1310555{n:04}", f"+1808555{n:04}", name=f"Ride {n}")
    address, seen, pages = "/_local/console", [], 0
    while address:
        html = site.get(address)["body"]
        seen += re.findall(r"Ride \d+(?=</h4>)", html)
        further = re.search(r'href="([^"]*)">More sessions', html)
        address = unescape(further[1]) if further else ""
        pages += 1
    assert seen == [f"Ride {n}" for n in range(45)]
    assert pages == 3


def found(site: Site, wanted: str) -> list[str]:
    """Search, and return the titles of the sessions that the page then shows."""
    reply = site.post("/_local/console/search", urlencode({"wanted": wanted}))
    assert reply["statusCode"] == 303, reply["body"]
    html = site.get(reply["headers"]["location"])["body"]
    return [unescape(title) for title in re.findall(r"<h4 [^>]*>(.*?)</h4>", html)]


@pytest.fixture
def busy(site: Site) -> Site:
    """Open 300 sessions of a stack, one with a name of its own and one that nobody declared."""
    for n in range(300):
        session = site.open(f"+1310555{n:04}", f"+1808555{n:04}", name=f"{n:030x}")
        key = session.key
        identifier = f"{key.connector.voice_connector_id}/{key.proxy_session_id}"
        site.origins[identifier] = f"Rides/Sessions/ride-{n}"
    site.open(name="Tuesday 7 o'clock")
    return site


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ("ride-290", ["Rides/Sessions/ride-290"]),
        ("RIDE-290", ["Rides/Sessions/ride-290"]),
        ("tuesday", ["Tuesday 7 o'clock"]),
        ("+13105550290", ["Rides/Sessions/ride-290"]),
        ("+1 808 555-0290", ["Rides/Sessions/ride-290"]),
        ("8085550290", ["Rides/Sessions/ride-290"]),
        ("c6b002df-b5b2-4cbd-975f-000000000291", ["Rides/Sessions/ride-290"]),
        ("nothing like it", []),
    ],
)
def test_session_is_found(busy: Site, wanted: str, titles: list[str]) -> None:
    """One of 300 sessions is found by stack and key, name, number or id."""
    assert found(busy, wanted) == titles


def test_search_shows_twenty_and_counts_all(busy: Site) -> None:
    """Of many sessions that match the first twenty are shown, and how many there are."""
    assert len(found(busy, "ride-2")) == 20
    said = text(busy.get("/_local/console?search=1")["body"])
    assert "20 of 111 sessions that match your search" in said


def test_search_leaves_no_number_in_an_address(busy: Site) -> None:
    """After a search, neither the address nor the page shows the number."""
    reply = busy.post("/_local/console/search", urlencode({"wanted": "+13105550290"}))
    assert reply["headers"]["location"] == "/_local/console?search=1"
    assert "0290" not in busy.get("/_local/console?search=1")["body"]


@pytest.mark.parametrize("address", ["?search=7", "?search=x"])
def test_search_that_is_forgotten_shows_everything(site: Site, address: str) -> None:
    """An address of a search that the cloud does not know shows all sessions."""
    site.open()
    assert "Ride 7 Open" in text(site.get(f"/_local/console{address}")["body"])


def test_title_is_what_a_person_has_declared(site: Site) -> None:
    """A session's own name is its title; one with a derived name is called as in its stack."""
    named, derived, bare = (
        site.open(name="Ride 7"),
        site.open(name="5d9b2c01" * 3 + "123456"),
        site.open(name=None),
    )
    for session, place in ((named, "Rides/Named"), (derived, "Rides/Derived")):
        key = session.key
        site.origins[f"{key.connector.voice_connector_id}/{key.proxy_session_id}"] = place
    said = text(site.get()["body"])
    assert f"Ride 7 Open Rides/Named · {named.key.proxy_session_id}" in said
    assert f"Rides/Derived Open {derived.key.proxy_session_id}" in said
    assert f"Session without a name Open {bare.key.proxy_session_id}" in said


def test_further_sessions_are_of_one_connector(site: Site, elsewhere: Connector) -> None:
    """A connector's further sessions are a page of that connector alone, with a way back."""
    site.configure(elsewhere)
    said = site.get("/_local/console?connector=eu-west-1/abcdef1ghij2klmno3pqr4")["body"]
    assert said.count("Voice connector in") == 1
    assert "All connectors" in said


def test_wrong_token_is_refused(site: Site) -> None:
    """A list is not continued by a token that is none."""
    connector = "us-east-1/abcdef1ghij2klmno3pqr4"
    address = f"/_local/console?service={SERVICE}&connector={connector}&after=x"
    reply = site.get(address)
    assert reply["statusCode"] == 400
    assert "NextToken" in reply["body"]


def test_other_methods_and_paths_are_refused(site: Site) -> None:
    """Other methods and addresses are refused, and say what there is."""
    assert site.get("/_local/console/nothing")["statusCode"] == 404
    for path, allowed in (("/hang-up", "POST"), ("/participant", "POST")):
        reply = site.get(f"/_local/console{path}")
        assert (reply["statusCode"], reply["headers"]["allow"]) == (405, allowed)
    assert site.post("/_local/console")["statusCode"] == 405
    assert site.post("/_local/console/page.css")["headers"]["allow"] == "GET"
