"""A trunk: passes Asterisk's calls on to the phone with the number, and the answers back."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Self

from calls.asterisk import ADDRESS, PORT, TRUNK
from calls.message import Message

Address = tuple[str, int]


class Exchange:
    """Runs as long as its `with` block.

    Args:
        phones: the addresses by number.
    """

    def __init__(self, phones: Mapping[str, Address]) -> None:
        self.phones = dict(phones)
        self._dialogs: dict[str, Address] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(TRUNK)
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        # The address is free once nobody waits on it.
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                raw, sender = self._socket.recvfrom(65535)
                if not raw:
                    return
                if sender != (ADDRESS, PORT):
                    self._socket.sendto(raw, (ADDRESS, PORT))
                elif phone := self._phone(Message.parse(raw)):
                    self._socket.sendto(raw, phone)

    def _phone(self, message: Message) -> Address | None:
        if message.called in self.phones:
            self._dialogs[message["Call-ID"]] = self.phones[message.called]
        return self._dialogs.get(message["Call-ID"])
