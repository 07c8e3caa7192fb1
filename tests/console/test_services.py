"""The page with several services."""

from urllib.parse import urlencode

import pytest
from tests.console.site import CONNECTOR, DRIVER, RIDER, SERVICE, Site
from tests.console.test_page import text

from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import ProxySession, Status

RIDES, FLATS = "us-east-1/Rides-Function", "us-east-1/Flats-Function"


@pytest.fixture
def rides(site: Site) -> ProxySessionService:
    """Another service with the same numbers and a connector of the same name."""
    service = site.add_service(fictional_numbers(), RIDES, "Rides/Service").api
    site.configure(of=service)
    return service


def call(site: Site, session: ProxySession, service: str = "") -> tuple[int, str]:
    """Call from the first participant's number as anybody may; return status and words."""
    fields = {
        "from": session.participants[0],
        "to": session.proxy_phone_number,
        "region": "us-east-1",
        "capability": "Voice",
        "service": service,
    }
    reply = site.post("/_local/console/call-or-text", urlencode(fields))
    if reply["statusCode"] != 303:
        return reply["statusCode"], text(reply["body"])
    return 200, text(site.get(reply["headers"]["location"])["body"])


def test_call_finds_the_service_with_the_session(site: Site, rides: ProxySessionService) -> None:
    """A call from any number goes to the one service in which the caller has a session."""
    session = site.open(of=rides)
    _, said = call(site, session)
    assert "Call got through" in said
    assert "Service Rides/Service Reaches" in said
    assert rides.get(session.key).status is Status.IN_PROGRESS


def test_open_session_comes_before_a_closed_one(site: Site, rides: ProxySessionService) -> None:
    """If the session of one service is closed, the call goes to the open one of another."""
    site.open(expiry_minutes=5)
    session = site.open(of=rides)
    site.pass_time(minutes=6)
    assert "Service Rides/Service Reaches" in call(site, session)[1]


def test_two_open_sessions_need_a_choice(site: Site, rides: ProxySessionService) -> None:
    """With open sessions in two services nothing happens until the reader has chosen one."""
    mine, theirs = site.open(), site.open(of=rides)
    status, said = call(site, mine)
    assert status == 400
    assert "in several services: Rides/Service, Built into the local cloud. Choose one." in said
    assert site.service.get(mine.key).status is rides.get(theirs.key).status is Status.OPEN

    assert "Call got through" in call(site, mine, SERVICE)[1]
    assert site.service.get(mine.key).status is Status.IN_PROGRESS
    assert rides.get(theirs.key).status is Status.OPEN


def test_call_without_a_session_reaches_nobody(site: Site, rides: ProxySessionService) -> None:
    """A call that no service has a session for is refused, and belongs to no service."""
    session = site.open(of=rides)
    rides.delete(session.key)
    _, said = call(site, session)
    assert "Call refused" in said
    assert "None Refused: The sender has no session with this proxy number" in said


@pytest.mark.usefixtures("rides")
def test_session_of_a_form_is_that_of_its_service(site: Site) -> None:
    """The buttons of a session act on its service alone, even if another has the same connector."""
    session = site.open()
    key = f"us-east-1/{CONNECTOR.voice_connector_id}/{session.key.proxy_session_id}"
    fields = {"session": key, "participant": "first", "capability": "Voice", "service": RIDES}
    reply = site.post("/_local/console/participant", urlencode(fields))
    assert "has no such proxy session" in text(reply["body"])
    assert site.service.get(session.key).status is Status.OPEN


def test_further_sessions_are_of_one_service(site: Site, rides: ProxySessionService) -> None:
    """The sessions after the first twenty are those of the one service and connector."""
    for n in range(25):
        for service in (site.service, rides):
            site.open(f"+1310555{n:04}", f"+1808555{n:04}", name=f"Ride {n}", of=service)
    name = f"us-east-1/{CONNECTOR.voice_connector_id}"
    html = site.get(f"/_local/console?service={RIDES}&connector={name}")["body"]
    assert html.count("<article") == 20
    assert 'id="service-2"' not in html
    assert "All connectors" in html


@pytest.mark.parametrize("query", [f"service={FLATS}", f"service={FLATS}&connector=x/y&after=z"])
def test_service_that_is_gone_leaves_the_others(
    site: Site, rides: ProxySessionService, query: str
) -> None:
    """An address of a service that is gone shows all others."""
    site.open(of=rides)
    reply = site.get(f"/_local/console?{query}")
    said = text(reply["body"])
    assert reply["statusCode"] == 200
    assert "Service Rides/Service" in said
    assert "Service Built into the local cloud" in said


@pytest.mark.parametrize("action", ["participant", "hang-up", "call-or-text"])
def test_form_of_a_service_that_is_gone_is_refused(site: Site, action: str) -> None:
    """A form of a service that is gone does nothing and says so."""
    fields = {"service": FLATS, "from": RIDER, "to": DRIVER, "capability": "SMS"}
    reply = site.post(f"/_local/console/{action}", urlencode(fields))
    assert reply["statusCode"] == 400
    assert "The service of this form is no longer there. Load the page again." in reply["body"]


def test_page_with_one_service_names_none(site: Site) -> None:
    """With one service nothing has to be chosen, and no title is needed."""
    site.open()
    html = site.get()["body"]
    assert "Built into" not in html
    assert "<select" not in html
