import pytest
from tests.console.site import Site

TEXT = "from=%2B14015550147&to=%2B12065550100&region=us-east-1&capability=SMS"
PLACE = "/_local/console/call-or-text"


@pytest.mark.parametrize("host", ["127.0.0.1:4711", "localhost:4711", "localhost", "[::1]:4711"])
def test_page_answers_to_names_of_this_machine(site: Site, host: str) -> None:
    """The page answers under this machine's own names."""
    assert site.get(host=host)["statusCode"] == 200
    assert site.post(PLACE, TEXT, host=host, origin=f"http://{host}")["statusCode"] == 303


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example:4711",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "10.0.0.1:4711",
        "127.0.0.1:4711,evil.example",
        "127.0.0.1:x",
    ],
)
def test_page_answers_to_no_other_name(site: Site, host: str) -> None:
    """Under any other name, pointed here by whoever, neither page nor form is answered."""
    assert site.get(host=host)["statusCode"] == 421
    assert site.post(PLACE, TEXT, host=host, origin=f"http://{host}")["statusCode"] == 421


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://localhost:4711",
        "http://127.0.0.1:8080",
        "https://127.0.0.1:4711",
    ],
)
def test_form_of_another_page_does_nothing(site: Site, origin: str) -> None:
    """A form of another page, even of this machine, is refused and does nothing."""
    session = site.open()
    before = site.get()["body"]
    assert site.post(PLACE, TEXT, origin=origin)["statusCode"] == 403
    assert site.get()["body"] == before
    assert site.service.get(session.key) == session


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/json"])
def test_only_forms_are_read(site: Site, media_type: str) -> None:
    """Only what a form sends is read."""
    assert site.post(PLACE, TEXT, content_type=media_type)["statusCode"] == 415


def test_oversized_form_is_refused(site: Site) -> None:
    """A form larger than any of the page's is refused."""
    assert site.post(PLACE, f"{TEXT}&note={'x' * 4096}")["statusCode"] == 413


@pytest.mark.parametrize("path", ["", "/page.css", "/icon.svg", "/nothing"])
def test_every_answer_forbids_scripts_and_storing(site: Site, path: str) -> None:
    """Every answer forbids scripts, foreign content, framing, guessing of types and storing."""
    headers = site.get(f"/_local/console{path}")["headers"]
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy.keys().isdisjoint({"script-src", "connect-src"})
    assert {value for value in policy.values() if value != "'none'"} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
