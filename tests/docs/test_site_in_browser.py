import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.console import chromium
from tests.folders import ROOT
from tools.website.__main__ import build, stage

WIDE, NARROW = 1280, 390
NAMES = [
    *(".", "CHANGELOG", "contributing", "reporting"),
    *sorted(path.stem for path in (ROOT / "docs").glob("*.md")),
]
EVERY_PAGE = pytest.mark.parametrize("name", NAMES)
BROKEN_NAMES = """() => [...document.querySelectorAll("table code")]
    .filter(code => code.getClientRects().length > 1).map(code => code.textContent)"""
# As long as a loaded machine may need.
expect.set_options(timeout=300_000)


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    site = tmp_path_factory.mktemp("built") / "site"
    stage(ROOT, site)
    assert build(site) == 0
    return site / "html"


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[str]:
    """The address of the site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    found = chromium.find()
    if found is None:
        pytest.skip(chromium.MISSING)
    with found.started() as browser:
        yield browser


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """A window for all pages, so that what they share is read once."""
    page = browser.new_page()
    yield page
    page.close()


def opened(browser: Browser, address: str, width: int = WIDE) -> Page:
    """A page of the site in a window that prefers light colours."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    page.goto(address)
    return page


@EVERY_PAGE
def test_no_name_in_a_table_is_broken(window: Page, origin: str, name: str) -> None:
    """A name in a table is on one line, and no page is wider than its window."""
    window.goto(f"{origin}/{name}/")

    for width in (WIDE, NARROW):
        window.set_viewport_size({"width": width, "height": 900})
        assert window.evaluate(BROKEN_NAMES) == []
        assert window.evaluate("document.documentElement.scrollWidth") <= width


@EVERY_PAGE
def test_page_shows_no_markdown(folder: Path, name: str) -> None:
    """Every block, table and comment is understood: a reader sees no signs of Markdown."""
    text = (folder / name / "index.html").read_text(encoding="utf-8")

    assert re.findall(r"```|\|---|&lt;!--|<code>sh account", text) == []


def test_every_block_can_be_copied(browser: Browser, origin: str) -> None:
    """Each code block of a page has a button that copies it."""
    page = opened(browser, f"{origin}/library/")
    buttons = page.get_by_role("button", name="Copy to clipboard")

    expect(buttons).to_have_count(page.locator(".highlight > pre > code").count())
    page.close()


def test_copied_block_is_the_whole_command(browser: Browser, origin: str) -> None:
    """The button puts the block's text, and nothing else, into the clipboard."""
    page = opened(browser, f"{origin}/getting-started/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy to clipboard").first.click()

    expect(page.get_by_text("Copied to clipboard")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").strip() == "make local"
    page.close()


def test_colours_are_switched_and_remembered(browser: Browser, origin: str) -> None:
    """The button goes from the system's colours to light and to dark; the next page has the same."""
    page = opened(browser, f"{origin}/architecture/")
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "default")

    page.get_by_title("Switch to light", exact=True).click()
    page.get_by_title("Switch to dark", exact=True).click()

    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(f"{origin}/reference/")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.close()


def test_diagram_is_legible_on_a_phone(browser: Browser, origin: str) -> None:
    """A diagram keeps its size on a phone: its frame scrolls."""
    page = opened(browser, f"{origin}/architecture/", NARROW)

    for diagram in page.locator("div.mermaid").all():
        box = diagram.bounding_box()
        assert box
        assert box["width"] > NARROW * 1.5
    expect(page.locator("div.mermaid")).to_have_count(3)
    page.close()


@pytest.mark.parametrize("name", ["adopt_existing", "ExpiryMinutes", "ChimeProxyServiceToken"])
def test_search_finds_names(browser: Browser, origin: str, name: str) -> None:
    """The search finds props, properties and exports, and asks nobody else."""
    page = opened(browser, f"{origin}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.keyboard.press("Control+k")
    page.keyboard.type(name)

    expect(page.get_by_role("option").filter(has_text=name).first).to_be_visible()
    assert [url for url in asked if not url.startswith((origin, "blob:"))] == []
    page.close()
