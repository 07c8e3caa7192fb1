"""Searches for sessions. Addresses have a search's number, never its text."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from chime_proxy_local.console.title import Origin, Titles
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


def found(text: str, sessions: Iterable[ProxySession], titles: Titles) -> list[ProxySession]:
    """Return the sessions that match a text; those with exactly this name or number come first.

    A session matches if its name, id, stack, logical id, place or numbers contain the text.

    Args:
        text: in capitals or not; in numbers, separators and the plus sign do not count.
        sessions: the sessions to search.
        titles: know the sessions' origins.
    """
    wanted = text.strip().casefold()
    digits = _NOT_DIGITS.sub("", wanted)
    exact: list[ProxySession] = []
    partial: list[ProxySession] = []
    for session in sessions:
        names, numbers = _names(session, titles.origin(session)), _numbers(session)
        if wanted in names or digits in numbers:
            exact.append(session)
        elif _is_part(wanted, names) or (digits.isdecimal() and _is_part(digits, numbers)):
            partial.append(session)
    return exact + partial


def _names(session: ProxySession, origin: Origin | None) -> list[str]:
    names = [session.name or "", session.key.proxy_session_id]
    if origin:
        names += [origin.stack, origin.logical_id, origin.resource, origin.key, origin.place]
    return [one.casefold() for one in names]


def _numbers(session: ProxySession) -> list[str]:
    return [one.removeprefix("+") for one in (*session.participants, session.proxy_phone_number)]


def _is_part(text: str, of: Iterable[str]) -> bool:
    return any(text in one for one in of)
