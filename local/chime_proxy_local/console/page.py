"""The page's HTML, style sheet and icon."""

from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chime_proxy_local.console import phone_number
from chime_proxy_local.console.journal import Entry
from chime_proxy_local.console.overview import Overview
from chime_proxy_local.console.view import CONSOLE_PATH, View
from chime_proxy_service.contact import Connection

_STATIC = Path(__file__).parent / "static"
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["root"] = CONSOLE_PATH
_environment.tests["reached"] = lambda fate: isinstance(fate, Connection)

ASSETS = {
    "/page.css": ("text/css", (_STATIC / "page.css").read_text()),
    "/icon.svg": ("image/svg+xml", (_STATIC / "icon.svg").read_text()),
}


def render(
    overview: Overview,
    entries: tuple[Entry, ...],
    view: View,
    *,
    now: datetime,
    problem: str = "",
) -> str:
    """Return the page.

    Args:
        overview: the page's contents.
        entries: the journal's, the latest first.
        view: the reader's.
        now: the time, from which minutes left are counted.
        problem: the error in the form that was sent; empty if there is none.
    """
    template = _environment.get_template("page.html")
    return template.render(
        overview=overview,
        entries=entries,
        told=next((entry for entry in entries if entry.number == view.entry), None),
        view=view,
        titles=overview.titles,
        now=now,
        problem=problem,
        phone=phone_number.shown if view.numbers_shown else phone_number.masked,
        minutes_left=lambda session: minutes_left(session.expires_at, now),
    )


def minutes_left(end: datetime, now: datetime) -> int:
    """Count the minutes until an end; a begun minute counts."""
    return max(0, ceil((end - now) / timedelta(minutes=1)))
