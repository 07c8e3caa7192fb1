"""What there is to see on the page, each scene as the documentation shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize
from tests.console.site import DRIVER, OFFICE, RIDER, Site, serving

from chime_proxy_service.session import Capability, Connector

WIDE, NARROW = 1040, 320
PHONE: ViewportSize = {"width": 390, "height": 844}
_HEIGHT = 1000


def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Press something, and wait for the page that comes of it."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).click()


def look(page: Page) -> None:
    """Do nothing but wait for the page."""
    page.get_by_role("heading", name="Ride 7").wait_for()


def reveal(page: Page) -> None:
    """Show the numbers."""
    press(page, "link", "Show numbers")


def call(page: Page) -> None:
    """Let the first participant call, and show the numbers."""
    press(page, "button", "Call from the first participant of session Ride 7")
    reveal(page)


def text_without_sms(page: Page) -> None:
    """Let a participant of the session that carries no texts send one."""
    press(page, "button", "Text from the second participant of session Ride 8")


def call_as_stranger(page: Page) -> None:
    """Call from a number that is in no session."""
    page.get_by_label("From", exact=True).fill("+1 617 555 0133")
    page.get_by_label("To", exact=True).fill("+1 206 555 0100")
    press(page, "button", "Call")


def mistype(page: Page) -> None:
    """Send a number that is none."""
    page.get_by_label("From", exact=True).fill("Alice")
    page.get_by_label("To", exact=True).fill("+1 206 555 0100")
    press(page, "button", "Text")


def search(page: Page) -> None:
    """Search for a key of the sessions file."""
    page.get_by_role("searchbox").fill("ride-29")
    press(page, "button", "Search")


def search_in_vain(page: Page) -> None:
    """Search for what is not there."""
    page.get_by_role("searchbox").fill("+1 206 555 0199")
    press(page, "button", "Search")


def _rides() -> Site:
    site = Site()
    site.configure(fall_back_phone_number=OFFICE)
    site.open("+14165550111", "+16045550122", "Ride 6", expiry_minutes=5)
    site.pass_time(minutes=3)
    seventh = site.open(RIDER, DRIVER, "Ride 7")
    site.declare(seventh, "Rides/Tuesday", logical_id="TuesdayE21C3FCB")
    site.pass_time(minutes=13)
    site.open(RIDER, "+19135550174", "Ride 8", capabilities=frozenset({Capability.VOICE}))
    return site


def _rides_of_a_sessions_file() -> Site:
    site = Site()
    site.configure()
    for n in range(300):
        session = site.open(f"+1310555{n:04}", f"+1808555{n:04}", f"{n:030x}")
        site.declare(session, f"Rides/Sessions/ride-{n}", logical_id=f"Sessionsride{n}B69AA551")
    return site


def _rides_with_a_service() -> Site:
    site = Site()
    site.configure()
    deployed = site.add_service(
        ["+12065550101", "+12065550102", "+12065550103"],
        "us-east-1/Rides-ServiceFunction",
        "Rides/Service",
    ).api
    connector = Connector("us-east-1", "0d1f4c52-5f0c-4c8e-9a57-3d1c2b7e9f10")
    site.configure(connector, of=deployed)
    site.open(RIDER, DRIVER, "Ride 7", connector=connector, of=deployed)
    return site


@dataclass(frozen=True)
class Scene:
    """A look at the page after something was done on it."""

    name: str
    act: Callable[[Page], None] = look
    width: int = WIDE
    colors: Literal["light", "dark"] = "light"
    site: Callable[[], Site] = _rides


SCENES = (
    Scene("console-masked"),
    Scene("console-call", call),
    Scene("console-dark", reveal, colors="dark"),
    Scene("console-refused", text_without_sms, colors="dark"),
    Scene("console-narrow", call, NARROW),
    Scene("console-services", call, site=_rides_with_a_service),
    Scene("console-search", search, PHONE["width"], site=_rides_of_a_sessions_file),
)
OTHER_SCENES = (
    Scene("stranger", call_as_stranger),
    Scene("mistyped", mistype, NARROW, "dark"),
    Scene("two-services-narrow", call, NARROW, "dark", _rides_with_a_service),
    Scene("search-narrow", search, NARROW, "dark", _rides_of_a_sessions_file),
    Scene("search-in-vain", search_in_vain, PHONE["width"], "dark", _rides_with_a_service),
    Scene("narrow-refused", text_without_sms, NARROW, "dark"),
)


@contextmanager
def staged(scene: Scene, browser: Browser) -> Iterator[Page]:
    """Play a scene to its end; yields the page as it is then."""
    with serving(scene.site()) as origin:
        page = browser.new_page(
            viewport={"width": scene.width, "height": _HEIGHT}, color_scheme=scene.colors
        )
        page.goto(f"{origin}/_local/console")
        scene.act(page)
        try:
            yield page
        finally:
            page.close()
