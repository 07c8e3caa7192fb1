"""Mailboxes for the answers to custom resource events."""

import queue
from contextlib import suppress


class Mailboxes:
    """One mailbox for each open ResponseURL, shared by the threads of a process."""

    def __init__(self) -> None:
        self._open: dict[str, queue.SimpleQueue[bytes]] = {}

    def open(self, address: str) -> None:
        """Accept answers at this address, until `wait` returned one or gave up."""
        self._open[address] = queue.SimpleQueue()

    def deliver(self, address: str, body: bytes) -> None:
        """Put an answer in. A late one is taken too, as by S3, and dropped."""
        if mailbox := self._open.get(address):
            mailbox.put(body)

    def wait(self, address: str, seconds: float) -> bytes | None:
        """Return the first answer, None if there is none within these seconds, and close."""
        try:
            with suppress(queue.Empty):
                return self._open[address].get(timeout=seconds)
            return None
        finally:
            del self._open[address]
