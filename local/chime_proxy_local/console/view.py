"""The reader's view of the page, kept in its address.

An address never has a phone number.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

CONSOLE_PATH = "/_local/console"
_SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view of the page.

    Args:
        numbers_shown: true to write phone numbers in full; masked by default.
        entry: the number of the journal's entry to report; None for none.
        form: the number of the journal's entry whose fields the form keeps; None for an empty form.
        service: the name of the only service to list; None for all.
        connector: its only voice connector to list, as `region/id`; None for all.
        search: the number of the search to show; None for all sessions.
        skip: the number of sessions of that connector before these.
    """

    numbers_shown: bool = False
    entry: int | None = None
    form: int | None = None
    service: str | None = None
    connector: str | None = None
    skip: int = 0
    search: int | None = None

    @classmethod
    def parse(cls, query: str) -> "View":
        """Read the query of an address; unknown parts are left out."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        return cls(
            numbers_shown=given.get("numbers") == _SHOWN,
            entry=_number(given.get("entry", "")),
            form=_number(given.get("form", "")),
            service=given.get("service"),
            connector=given.get("connector"),
            skip=_number(given.get("skip", "")) or 0,
            search=_number(given.get("search", "")),
        )

    def but(self, **changes: Any) -> "View":
        """Return the same view with other fields."""
        return replace(self, **changes)

    def of_all(self) -> "View":
        """Return the same view of all services and connectors, from their first sessions."""
        return self.but(service=None, connector=None, skip=0, entry=None)

    def address(self, place: str = "") -> str:
        """Return the address of the page in this view.

        Args:
            place: where to go: a path below the page, or a part of it as `#found`.
        """
        path, mark, part = place.partition("#")
        given = {
            "numbers": _SHOWN if self.numbers_shown else None,
            "service": self.service,
            "connector": self.connector,
            "skip": self.skip or None,
            "search": self.search,
            "form": self.form,
            "entry": self.entry,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{CONSOLE_PATH}{path}{'?' if query else ''}{query}{mark}{part}"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
