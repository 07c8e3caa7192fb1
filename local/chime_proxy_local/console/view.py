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
        service: the name of the only service to list; None for all.
        connector: its only voice connector to list, as `region/id`; None for all.
        search: the number of the search to show; None for all sessions.
        after: the token of the last session before these; None for the first ones.
    """

    numbers_shown: bool = False
    entry: int | None = None
    service: str | None = None
    connector: str | None = None
    after: str | None = None
    search: int | None = None

    @classmethod
    def parse(cls, query: str) -> "View":
        """Read the query of an address; unknown parts are left out."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        return cls(
            numbers_shown=given.get("numbers") == _SHOWN,
            entry=_number(given.get("entry", "")),
            service=given.get("service"),
            connector=given.get("connector"),
            after=given.get("after"),
            search=_number(given.get("search", "")),
        )

    def but(self, **changes: Any) -> "View":
        """Return the same view with other fields."""
        return replace(self, **changes)

    def of_all(self) -> "View":
        """Return the same view of all services and connectors, from their first sessions."""
        return self.but(service=None, connector=None, after=None, entry=None)

    def address(self, path: str = "") -> str:
        """Return the address of something below the page in this view, the page's by default."""
        given = {
            "numbers": _SHOWN if self.numbers_shown else None,
            "service": self.service,
            "connector": self.connector,
            "after": self.after,
            "search": self.search,
            "entry": self.entry,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{CONSOLE_PATH}{path}?{query}" if query else f"{CONSOLE_PATH}{path}"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
