"""The calls and texts placed on the page since the cloud was started."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from chime_proxy_service.contact import Connection, Contact, Refusal

_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call or a text and its outcome. Entries are numbered from 1.

    Args:
        service: the title of the service it was placed with; empty if no service had a session.
    """

    number: int
    at: datetime
    service: str
    contact: Contact
    fate: Connection | Refusal


class Journal:
    """Keeps the last twenty entries. Threads share it."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._lock = Lock()
        self._written = 0

    def write(
        self, contact: Contact, fate: Connection | Refusal, at: datetime, service: str
    ) -> Entry:
        """Add an entry."""
        with self._lock:
            self._written += 1
            entry = Entry(number=self._written, at=at, service=service, contact=contact, fate=fate)
            self._entries.appendleft(entry)
            return entry

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries, the latest first."""
        with self._lock:
            return tuple(self._entries)
