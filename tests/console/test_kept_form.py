"""The fields of a form after it was sent."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.console.site import DRIVER, RIDER, Site
from tests.console.test_page import name, place, text
from tests.console.test_services import RIDES

from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.session import Capability, Connector

FORM = {"from": RIDER, "to": "+1 206 555 0100", "capability": "SMS"}


def send(site: Site, query: str = "", **fields: str) -> dict[str, Any]:
    """Send the form for any number."""
    return site.post(f"/_local/console/call-or-text{query}", urlencode(fields))


def kept(html: str) -> dict[str, str]:
    """Return the values of the page's visible fields."""
    inputs = re.findall(r'<input id="(\w+)"([^>]*)>', html)
    values = {one: re.search(r'value="([^"]*)"', rest) for one, rest in inputs}
    selects = re.findall(r'<select id="(\w+)".*?</select>', html, re.DOTALL)
    chosen = {
        one: re.search(rf'id="{one}".*?<option[^>]* selected>([^<]*)<', html, re.DOTALL)
        for one in selects
    }
    return {one: unescape(found[1]) for one, found in (values | chosen).items() if found}


@pytest.mark.parametrize("wrong", ["4015550147", '"><b>x'])
def test_refused_form_keeps_what_was_typed(site: Site, wrong: str) -> None:
    """A refused form keeps both numbers as they were typed, and marks the wrong one."""
    reply = send(site, **FORM | {"to": wrong, "region": "us-east-1"})
    assert reply["statusCode"] == 400
    assert kept(reply["body"]) == {"from": RIDER, "to": wrong}
    assert re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true"', reply["body"]) == ["to"]
    assert "<b>x" not in reply["body"]


def test_form_keeps_what_was_typed_after_success(site: Site) -> None:
    """After a text the form still has its numbers, and no address has them."""
    site.open()
    reply = send(site, **FORM, region="us-east-1")
    assert reply["headers"]["location"] == "/_local/console?form=1&entry=1#outcome"
    html = site.get(reply["headers"]["location"])["body"]
    assert "Text got through" in text(html)
    assert kept(html) == {"from": RIDER, "to": "+1 206 555 0100"}


def test_form_keeps_region_and_service(site: Site, elsewhere: Connector) -> None:
    """The region and the service that were chosen stay chosen, also after an error."""
    site.configure(elsewhere)
    site.configure(of=site.add_service(fictional_numbers(), RIDES, "Rides/Service").api)
    chosen = {"region": "eu-west-1", "service": RIDES}
    reply = send(site, **FORM, **chosen)
    after = [site.get(reply["headers"]["location"]), send(site, **FORM | {"to": ""}, **chosen)]
    for html in (one["body"] for one in after):
        assert kept(html)["region"] == "eu-west-1"
        assert kept(html)["service"] == "Rides/Service"


def test_form_stays_filled_in_through_other_actions(site: Site) -> None:
    """A search, a call of a session, hanging up and every link leave the form as it is."""
    session = site.open()
    send(site, **FORM, region="us-east-1")
    actions = {
        "search": {"wanted": "ride"},
        "participant": {
            "service": "built-in",
            "session": name(session),
            "participant": "first",
            "capability": "Voice",
        },
        "hang-up": {"service": "built-in", "session": name(session)},
    }
    for action, fields in actions.items():
        reply = site.post(f"/_local/console/{action}?form=1", urlencode(fields))
        html = site.get(reply["headers"]["location"])["body"]
        assert kept(html)["from"] == RIDER, action
    links = [unescape(one) for one in re.findall(r'href="(/_local/console\?[^"]*)"', html)]
    assert links
    assert [kept(site.get(one)["body"])["from"] for one in links] == [RIDER] * len(links)


def test_call_of_a_session_fills_in_no_form(site: Site) -> None:
    """The buttons of a session put no number of it into the form."""
    session = site.open()
    place(site, session, "first", Capability.SMS)
    html = site.get("/_local/console?form=1&entry=1")["body"]
    assert kept(html) == {}
    assert RIDER not in html


@pytest.mark.parametrize("query", ["?form=9", "?form=x"])
def test_form_that_is_forgotten_is_empty(site: Site, query: str) -> None:
    """An address of a form that the cloud does not know shows an empty one."""
    assert kept(site.get(f"/_local/console{query}")["body"]) == {}


def test_form_of_the_page_has_only_its_own_fields(site: Site) -> None:
    """Fields that the form does not have are not kept."""
    reply = send(site, **FORM, region="us-east-1", note=DRIVER)
    assert DRIVER not in site.get(reply["headers"]["location"])["body"]
