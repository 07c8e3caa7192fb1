"""The calls and texts placed on the page since the cloud was started."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.session import SessionKey

_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call or a text and its outcome. The journal numbers its entries from 1.

    Args:
        service: the title of the service it was placed with; empty if no service had a session.
        session: the session it was placed from or went through; None if there was none.
        typed: the fields of the form for any number; empty if it was placed from a session.
    """

    number: int = 0
    at: datetime
    service: str
    contact: Contact
    fate: Connection | Refusal
    session: SessionKey | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


class Journal:
    """Keeps the last twenty entries. Threads share it."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._lock = Lock()
        self._written = 0

    def write(self, entry: Entry) -> int:
        """Add an entry and return its number."""
        with self._lock:
            self._written += 1
            self._entries.appendleft(replace(entry, number=self._written))
            return self._written

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries, the latest first."""
        with self._lock:
            return tuple(self._entries)
