"""Searches for sessions. Addresses have a search's number, never its text."""

import re
from collections import OrderedDict
from threading import Lock

from chime_proxy_service.session import ProxySession

_KEPT = 20
_NOT_DIGITS = re.compile(r"[\s().+\-]")


class Searches:
    """Keeps the last twenty searches, numbered from 1. Threads share it."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._lock = Lock()
        self._begun = 0

    def begin(self, text: str) -> int:
        """Keep a search and return its number."""
        with self._lock:
            self._begun += 1
            self._texts[self._begun] = text
            if len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
            return self._begun

    def text(self, number: int | None) -> str:
        """Return the text of a search; empty if the search is not kept."""
        return self._texts.get(number or 0, "")


def matches(text: str, session: ProxySession, origin: str) -> bool:
    """Return true if a session's name, id, origin or numbers contain a text.

    Args:
        text: in capitals or not; in numbers, separators and the plus sign do not count.
        session: the session to compare.
        origin: its stack and place there; empty if it has no stack.
    """
    wanted = text.strip().casefold()
    names = (session.name or "", session.key.proxy_session_id, origin)
    digits = _NOT_DIGITS.sub("", wanted)
    numbers = (*session.participants, session.proxy_phone_number) if digits.isdecimal() else ()
    return any(wanted in name.casefold() for name in names) or any(
        digits in number for number in numbers
    )
