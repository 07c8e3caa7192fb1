import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.console import chromium
from tests.console.scenes import NARROW, OTHER_SCENES, PHONE, SCENES, WIDE, staged
from tests.console.site import DRIVER, RIDER, Site, serving

# As long as a loaded machine may need.
expect.set_options(timeout=300_000)
AXE = chromium.ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    found = chromium.find()
    if found is None:
        pytest.skip(chromium.MISSING)
    with found.started() as browser:
        yield browser


@pytest.fixture(scope="module", params=SCENES + OTHER_SCENES, ids=lambda one: one.name)
def scene(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page at the end of a scene, for all tests that only look at it."""
    with staged(request.param, browser) as page:
        yield page


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    """The page with one session, before anything was done on it."""
    site.open()
    with serving(site) as origin:
        page = browser.new_page()
        page.goto(f"{origin}/_local/console")
        yield page
        page.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def test_axe_finds_nothing_wrong(scene: Page) -> None:
    """axe-core finds nothing wrong, contrast included, wherever and however one looks."""
    assert violations(scene) == []


def test_axe_finds_what_is_wrong(page: Page) -> None:
    """axe-core runs here: it finds what is wrong with a page that has it."""
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert {one.partition(":")[0] for one in violations(page)} >= {"html-has-lang", "label"}


def test_nothing_is_wider_than_the_window(scene: Page) -> None:
    """Nothing is wider than the window, of 320 pixels or more."""
    assert scene.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_call_and_hang_up(page: Page) -> None:
    """A call puts the session InProgress until somebody hangs up."""
    session = page.get_by_role("article", name="Ride 7")
    session.get_by_role("button", name="Call from the second participant").click()
    expect(page).to_have_title(re.compile("^Call got through"))
    expect(session).to_contain_text("InProgress")
    session.get_by_role("button", name="Hang up").click()
    expect(session.get_by_text("Open")).to_be_visible()
    expect(session.get_by_role("button", name="Hang up")).to_have_count(0)


def test_reload_places_nothing_again(site: Site, page: Page) -> None:
    """Loading the page again places nothing a second time."""
    page.get_by_role("button", name="Text from the first participant").click()
    expect(page).to_have_title(re.compile("^Text got through"))
    page.reload()
    expect(page.get_by_role("table", name="Calls and texts").get_by_role("row")).to_have_count(2)
    assert "Text got through" in site.get("/_local/console?entry=1")["body"]


def test_numbers_appear_and_go_when_asked(page: Page) -> None:
    """Numbers appear when they are asked for and go when they are not wanted any more."""
    expect(page.locator("body")).not_to_contain_text("0147")
    page.get_by_role("link", name="Show numbers").click()
    expect(page.get_by_role("article", name="Ride 7")).to_contain_text("+1 401 555 0147")
    page.get_by_role("link", name="Hide numbers").click()
    expect(page.locator("body")).not_to_contain_text("0147")


def test_stranger_is_told_of_no_session(page: Page) -> None:
    """Who is in no session with a number is told so."""
    page.get_by_label("From", exact=True).fill("+16175550133")
    page.get_by_label("To", exact=True).fill("+12065550100")
    page.get_by_role("button", name="Call", exact=True).click()
    refused = page.get_by_role("region", name="Call refused")
    expect(refused).to_contain_text("The sender has no session with this proxy number")


def test_button_is_reached_by_keyboard(page: Page) -> None:
    """Without a mouse one gets to a button, sees that it has the focus, and presses it."""
    button = page.get_by_role("button", name="Text from the first participant")
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    assert button.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Text got through"))


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Page]:
    """The page with 300 sessions on the screen of a phone, before anything was done on it."""
    for n in range(300):
        session = site.open(f"+1310555{n:04}", f"+1808555{n:04}", name=f"{n:030x}")
        site.declare(session, f"Rides/Sessions/ride-{n}", logical_id=f"Sessionsride{n}B69AA551")
    with serving(site) as origin:
        page = browser.new_page(viewport=PHONE)
        page.goto(f"{origin}/_local/console")
        yield page
        page.close()


def is_focused(locator: Locator) -> bool:
    """Return true if an element has the focus."""
    return bool(locator.evaluate("element => element === document.activeElement"))


def end(locator: Locator) -> float:
    """Return the vertical position of an element's end, in pixels from the top of the window."""
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_first_screen_of_a_phone_has_form_and_search(phone: Page) -> None:
    """With 300 sessions, a phone's first screen has the form, its buttons and the search."""
    for name in ("Call", "Text", "Search"):
        button = phone.get_by_role("button", name=name, exact=True)
        assert end(button) < PHONE["height"], name
    first = phone.get_by_role("article").first.bounding_box()
    assert first is not None
    assert first["y"] > end(phone.get_by_role("button", name="Search"))


def test_session_on_a_phone_is_no_longer_than_half_its_screen(phone: Page) -> None:
    """A phone's screen has room for two sessions."""
    heights = phone.get_by_role("article").evaluate_all(
        "cards => cards.map(card => card.getBoundingClientRect().height)"
    )
    assert max(heights) <= PHONE["height"] / 2


def test_form_comes_before_the_list(phone: Page) -> None:
    """By keyboard, the form and the search come before the sessions."""
    reached = []
    for _ in range(10):
        phone.keyboard.press("Tab")
        reached.append(phone.evaluate("document.activeElement.name"))
    assert {"from", "to", "capability", "wanted"} <= set(reached)


def test_skip_link_leads_to_the_sessions(phone: Page) -> None:
    """The first Tab stop is a link, seen once it has the focus, to the search and the sessions."""
    skip = phone.get_by_role("link", name="Skip to the sessions")
    assert skip.evaluate("element => getComputedStyle(element).clipPath") == "inset(50%)"
    phone.keyboard.press("Tab")
    assert is_focused(skip)
    assert skip.evaluate("element => getComputedStyle(element).clipPath") == "none"
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("group", name="Sessions")).to_be_focused()
    phone.keyboard.press("Tab")
    assert is_focused(phone.get_by_role("searchbox"))


def test_search_leads_to_what_it_found(phone: Page) -> None:
    """After a search the number of matches has the focus, and it and the session are in sight."""
    phone.get_by_role("searchbox").fill("ride-290")
    phone.keyboard.press("Enter")
    found = phone.get_by_role("status")
    expect(found).to_have_text("1 of 300 sessions matches.")
    expect(found).to_be_focused()
    expect(phone.get_by_role("searchbox")).to_have_value("ride-290")
    expect(phone.get_by_role("searchbox")).to_be_in_viewport()
    session = phone.get_by_role("article", name="Rides/Sessionsride290B69AA551")
    expect(session).to_be_in_viewport()


def test_outcome_leads_back_to_the_session(phone: Page) -> None:
    """After a call the outcome has the focus, and a link leads back to the session's card."""
    session = phone.get_by_role("article").nth(14)
    session.get_by_role("button", name="Call from the first participant").click()
    outcome = phone.get_by_role("region", name="Call got through")
    expect(outcome).to_be_focused()
    expect(outcome).to_be_in_viewport()
    phone.get_by_role("link", name="Back to the session").click()
    expect(session).to_be_focused()
    expect(session.get_by_role("button", name="Hang up")).to_be_in_viewport()
    session.get_by_role("button", name="Hang up").click()
    expect(session).to_be_focused()
    expect(session.get_by_text("Open")).to_be_in_viewport()


def test_number_without_plus_sign_has_the_focus(page: Page) -> None:
    """A refused number has the focus, is described by what is wrong, and can be mended at once."""
    sender = page.get_by_label("From", exact=True)
    sender.fill(RIDER.removeprefix("+"))
    page.get_by_label("To", exact=True).fill("+12065550100")
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The number in “From” has no plus sign.")
    expect(sender).to_be_focused()
    expect(sender).to_have_accessible_description(re.compile("has no plus sign.* such as"))
    page.keyboard.press("Home")
    page.keyboard.type("+")
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page).to_have_title(re.compile("^Text got through"))
    expect(sender).to_have_value(RIDER)


@pytest.mark.parametrize("query", ["", "?numbers=shown"])
def test_participants_are_laid_out_alike(site: Site, browser: Browser, query: str) -> None:
    """In a window of any width, the buttons of both participants are beside or below their numbers."""
    site.open("+442079460958", DRIVER)
    with serving(site) as origin:
        page = browser.new_page()
        page.goto(f"{origin}/_local/console{query}")
        for width in (NARROW, 360, PHONE["width"], 768, WIDE, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 1000})
            first, second = (
                page.get_by_role("article")
                .get_by_role("listitem")
                .evaluate_all(
                    "items => items.map(item => item.firstElementChild.getBoundingClientRect().top"
                    " - item.querySelector('form').getBoundingClientRect().top)"
                )
            )
            assert first == pytest.approx(second, abs=1), width
        page.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_headings_leave_out_no_level(site: Site, browser: Browser, width: int) -> None:
    """Headings go from the page to the session, one level at a time."""
    site.open()
    with serving(site) as origin:
        page = browser.new_page(viewport={"width": width, "height": 1000})
        page.goto(f"{origin}/_local/console")
        levels = page.locator("h1, h2, h3, h4").evaluate_all(
            "headings => headings.map(heading => Number(heading.tagName[1]))"
        )
        page.close()
    assert levels[0] == 1
    assert not [(above, one) for above, one in pairwise(levels) if one > above + 1]


def test_page_asks_for_its_own_files_only(page: Page) -> None:
    """The page asks for its style sheet and icon and nothing else, and breaks no policy."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.reload()
    paths = {re.sub(r"^http://127.0.0.1:\d+", "", url) for url in asked}
    assert paths == {
        "/_local/console",
        "/_local/console/page.css",
        "/_local/console/icon.svg",
    }
    assert said == []


def test_scripts_do_not_run(page: Page) -> None:
    """The policy stops a script that somebody got into the page."""
    page.evaluate(
        "const script = document.createElement('script');"
        "script.textContent = 'window.ran = true';"
        "document.body.append(script)"
    )
    assert page.evaluate("window.ran") is None


def test_cross_site_form(site: Site, page: Page) -> None:
    """A form that another page of this machine sends here places nothing."""
    here = page.url
    page.goto(here.replace("127.0.0.1", "localhost").replace("/_local/console", "/other"))
    page.set_content(
        f"""<form method="post" action="{here}/call-or-text">
        <input name="from" value="{RIDER}"><input name="to" value="{DRIVER}">
        <input name="region" value="us-east-1"><button name="capability" value="SMS">Win</button>
        </form>"""
    )
    page.get_by_role("button", name="Win").click()
    expect(page.locator("body")).to_contain_text("This form was not sent by the page itself.")
    assert "None yet." in site.get()["body"]


def test_documentation_has_each_picture() -> None:
    """The documentation has a picture of each of its scenes, none over 200 kB."""
    pictures = {
        file.stem: file.stat().st_size for file in chromium.ROOT.glob("docs/images/console-*.png")
    }
    assert pictures.keys() == {scene.name for scene in SCENES}
    assert max(pictures.values()) < 200_000
    guide = (chromium.ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    assert not [name for name in pictures if f"images/{name}.png" not in guide]
