import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from tests.console.site import DRIVER, RIDER, Site, serving

Ask = Callable[..., http.client.HTTPResponse]
FORM = {"from": RIDER, "to": DRIVER, "region": "us-east-1", "capability": "SMS"}


@pytest.fixture
def ask(site: Site) -> Iterator[Ask]:
    """Send a request to the site through its server."""
    with serving(site) as origin:
        connection = http.client.HTTPConnection(urlsplit(origin).netloc)

        def send(
            method: str, path: str, body: str = "", **headers: str
        ) -> http.client.HTTPResponse:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Origin": origin, **given})
            return connection.getresponse()

        yield send
        connection.close()


def test_page_comes_with_its_policy(site: Site, ask: Ask) -> None:
    """The page comes as HTML, with the policy that keeps it from loading anything."""
    session = site.open()
    reply = ask("GET", "/_local/console")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert session.key.proxy_session_id in reply.read().decode()


def test_assets_come_as_what_they_are(ask: Ask) -> None:
    """The style sheet and the icon come as what they are."""
    for name, media_type in (("page.css", "text/css"), ("icon.svg", "image/svg+xml")):
        reply = ask("GET", f"/_local/console/{name}")
        assert reply.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        assert reply.read()


def test_form_is_answered_by_a_redirect(ask: Ask) -> None:
    """A form is answered by the address of a page that tells what became of it."""
    media_type = "application/x-www-form-urlencoded"
    placed = ask("POST", "/_local/console/call-or-text", urlencode(FORM), Content_Type=media_type)
    assert (placed.status, placed.read()) == (303, b"Done.\n")
    told = ask("GET", placed.headers["Location"].partition("#")[0])
    assert "Text refused" in told.read().decode()


def test_other_name_gets_nothing(ask: Ask) -> None:
    """A request under another name gets nothing of the page."""
    reply = ask("GET", "/_local/console", Host="evil.example")
    assert (reply.status, b"<" in reply.read()) == (421, False)


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/_local/consoles", "/bucket/console"])
def test_other_paths_are_not_the_pages(ask: Ask, path: str) -> None:
    """What is not below the page's address is somebody else's, S3's buckets for one."""
    assert ask("GET", path).status == 418
