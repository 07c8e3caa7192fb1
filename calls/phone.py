"""Two small phones that keep every packet they receive: one calls, the other is called."""

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Self
from uuid import uuid4

from calls.message import Message, headers_of, offer
from calls.sound import decoded, encoded, level, tone

_PACKET = 160
_PACKET_SECONDS = 0.02
_RTP_HEADER = 12
_PATIENCE = 8.0
EARLY = 1700
"""The frequency at which a called phone sounds before it answers, in hertz."""
VOICE = 2100
"""The frequency at which phones sound after an answer, in hertz."""


class Phone:
    """A socket for SIP, another for audio, and all that came in on them.

    Args:
        address: the IP address.
        port: the SIP port; 0 for a free one.
    """

    def __init__(self, address: str, port: int = 0) -> None:
        self.address = address
        self.messages: list[Message] = []
        self.raw = bytearray()
        self.heard = bytearray()
        self.session = str(uuid4().int % 10**9 + 10**9)
        self.source = uuid4().bytes[:4]
        self.sources: set[bytes] = set()
        self._signalling = _bound(address, port)
        self._audio = _bound(address, 0)
        self._threads: list[Thread] = []
        self._run(self._listen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets."""
        for one in (self._signalling, self._audio):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        # An address is free once nobody waits on it.
        for thread in self._threads:
            thread.join()

    @property
    def sip_address(self) -> str:
        """The host and port for SIP."""
        host, port = self._signalling.getsockname()
        return f"{host}:{port}"

    def description(self, fields: Mapping[str, str]) -> list[str]:
        """Return the session description."""
        return offer(self.address, self._audio.getsockname()[1], self.session, fields)

    def sound(self, target: tuple[str, int], hertz: float, seconds: float) -> None:
        """Send a tone."""
        payload = encoded(tone(hertz, seconds))
        for number in range(len(payload) // _PACKET):
            start = number * _PACKET
            head = b"\x80\x00" + number.to_bytes(2, "big") + start.to_bytes(4, "big") + self.source
            self._audio.sendto(head + payload[start : start + _PACKET], target)
            time.sleep(_PACKET_SECONDS)

    def receive(self, seconds: float = _PATIENCE) -> tuple[Message, tuple[str, int]]:
        """Return the next message and its sender.

        Raises:
            TimeoutError: there is none.
            ConnectionAbortedError: the phone was closed.
        """
        self._signalling.settimeout(seconds)
        raw, sender = self._signalling.recvfrom(65535)
        if not raw:
            raise ConnectionAbortedError
        return self._kept(raw), sender

    def send(self, message: Message, target: tuple[str, int]) -> None:
        """Send a message."""
        self._signalling.sendto(message.text(), target)

    def answer(
        self,
        request: Message,
        status: str,
        target: tuple[str, int],
        fields: Mapping[str, str],
        *,
        sdp: bool = False,
    ) -> None:
        """Answer a request, with all fields that are whole headers."""
        same = ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq")
        headers = [(name, text) for name, text in request.headers if name in same]
        if ";tag=" not in request["To"]:
            headers = [(name, f"{text};tag=a" if name == "To" else text) for name, text in headers]
        if "Contact" not in fields:
            headers.append(("Contact", f"<sip:{self.sip_address}>"))
        described = self.description(fields) if sdp else []
        self.send(Message(f"SIP/2.0 {status}", headers + headers_of(fields), described), target)

    def _run(self, target: Callable[[], None]) -> None:
        self._threads.append(Thread(target=target, daemon=True))
        self._threads[-1].start()

    def _kept(self, raw: bytes) -> Message:
        message = Message.parse(raw)
        self.messages.append(message)
        self.raw += raw
        return message

    def _listen(self) -> None:
        with suppress(OSError):
            while packet := self._audio.recv(2048):
                self.sources.add(packet[8:_RTP_HEADER])
                self.heard += packet[_RTP_HEADER:]


class Caller(Phone):
    """A phone that makes one call.

    Args:
        address: its IP address.
        engine: the address and port of Asterisk.
    """

    def __init__(self, address: str, engine: tuple[str, int]) -> None:
        super().__init__(address)
        self._engine = engine
        self._request: Message | None = None
        self._answer: Message | None = None

    def call(
        self, sender: str, number: str, fields: Mapping[str, str], patience: float = _PATIENCE
    ) -> int:
        """Call a number, and return the final status.

        Args:
            sender: the number of this phone.
            number: the number called.
            fields: whole headers, lines of the description named ``SDP o`` and so on, and ``name``
                for the display name.
            patience: the seconds it waits for each answer.
        """
        host = self.sip_address
        default = {"Call-ID": f"{uuid4()}", "Contact": f"<sip:{host}>"}
        self._request = Message(
            f"INVITE sip:{number}@{self._engine[0]}:{self._engine[1]} SIP/2.0",
            [
                ("Via", f"SIP/2.0/UDP {host};branch=z9hG4bK{uuid4().hex};rport"),
                ("From", f'"{fields.get("name", "")}" <sip:{sender}@{host}>;tag={uuid4().hex}'),
                ("To", f"<sip:{number}@{self._engine[0]}>"),
                ("CSeq", "1 INVITE"),
                ("Max-Forwards", "70"),
                *headers_of({**default, **fields}),
            ],
            self.description(fields),
        )
        self.send(self._request, self._engine)
        while True:
            message, _ = self.receive(patience)
            if message.status >= 200 and message.method == "INVITE":
                self._answer = message
                self.send(self._in_dialog("ACK", 1), self._engine)
                if message.status == 200 and message.audio:
                    self.sound(message.audio, VOICE, 0.3)
                return message.status

    def hang_up(self) -> None:
        """End the call."""
        self.send(self._in_dialog("BYE", 2), self._engine)
        self.follow(0.5)

    def follow(self, seconds: float) -> None:
        """Answer what comes in until the call is over, or for some time."""
        with suppress(TimeoutError):
            while True:
                message, sender = self.receive(seconds)
                if not message.status and message.method != "ACK":
                    is_invite = message.method == "INVITE"
                    self.answer(message, "200 OK", sender, {}, sdp=is_invite)
                if message.method == "BYE":
                    return

    def _in_dialog(self, method: str, sequence: int) -> Message:
        assert self._request
        assert self._answer
        names = ("Via", "From", "Call-ID", "Max-Forwards")
        kept = [(name, text) for name, text in self._request.headers if name in names]
        target = self._request.first_line.split()[1]
        headers = [*kept, ("To", self._answer["To"]), ("CSeq", f"{sequence} {method}")]
        if method != "ACK" or self._answer.status == 200:
            via = ("Via", f"SIP/2.0/UDP {self.sip_address};branch=z9hG4bK{uuid4().hex};rport")
            headers = [via, *(one for one in headers if one[0] != "Via")]
        return Message(f"{method} {target} SIP/2.0", headers)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The way a called phone answers.

    Args:
        status: the final status line, such as ``200 OK``; ``""`` for none, until the caller or
            Asterisk gives up.
        fields: the fields of every message.
        hangs_up: it ends the call that it has answered.
    """

    status: str
    fields: Mapping[str, str] = field(default_factory=dict)
    hangs_up: bool = True


class Callee(Phone):
    """A phone that is called, at the address of the trunk.

    Args:
        address: its IP address.
        port: its port.
    """

    def __init__(self, address: str, port: int) -> None:
        self.behaviour = Behaviour("200 OK")
        super().__init__(address, port)
        self._run(self._serve)

    def received(self, start: int = 0) -> Mapping[str, list[Message]]:
        """Return the messages from one on, by the number that was called in their dialog."""
        numbers = {
            one["Call-ID"]: one.called
            for one in self.messages
            if one.first_line.startswith("INVITE")
        }
        found: dict[str, list[Message]] = {}
        for one in self.messages[start:]:
            if one["Call-ID"] in numbers:
                found.setdefault(numbers[one["Call-ID"]], []).append(one)
        return found

    def _serve(self) -> None:
        invite: Message | None = None
        with suppress(OSError):
            while True:
                try:
                    message, sender = self.receive(3600)
                except TimeoutError:
                    continue
                fields = self.behaviour.fields
                if message.status or message.method == "ACK":
                    if message.method == "ACK" and invite:
                        self._end(invite, sender)
                elif message.method == "CANCEL" and invite:
                    self.answer(message, "200 OK", sender, fields)
                    self.answer(invite, "487 Request Terminated", sender, fields)
                elif message.method == "INVITE" and ";tag=" not in message["To"]:
                    invite = message
                    self._ring(message, sender)
                else:
                    self.answer(message, "200 OK", sender, fields, sdp=message.method == "INVITE")

    def _ring(self, invite: Message, sender: tuple[str, int]) -> None:
        behaviour = self.behaviour
        self.answer(invite, "180 Ringing", sender, behaviour.fields)
        if invite.audio:
            self.answer(invite, "183 Session Progress", sender, behaviour.fields, sdp=True)
            self.sound(invite.audio, EARLY, 0.2)
        if behaviour.status:
            is_answer = behaviour.status.startswith("200")
            self.answer(invite, behaviour.status, sender, behaviour.fields, sdp=is_answer)

    def _end(self, invite: Message, sender: tuple[str, int]) -> None:
        """Hang up."""
        if not (self.behaviour.hangs_up and self.behaviour.status.startswith("200")):
            return
        if invite.audio:
            self.sound(invite.audio, VOICE, 1)
        host = self.sip_address
        contact = invite["Contact"].partition("<")[2].partition(">")[0]
        headers = [
            ("Via", f"SIP/2.0/UDP {host};branch=z9hG4bK{uuid4().hex};rport"),
            ("From", f"{invite['To']};tag=a"),
            ("To", invite["From"]),
            ("Call-ID", invite["Call-ID"]),
            ("CSeq", "1 BYE"),
            ("Max-Forwards", "70"),
            *headers_of({**self.behaviour.fields, "Contact": f"<sip:{host}>"}),
        ]
        self.send(Message(f"BYE {contact} SIP/2.0", headers), sender)


def heard_level(phone: Phone, hertz: float) -> int:
    """Return the level of a frequency in all that a phone has heard."""
    return level(decoded(bytes(phone.heard)), hertz)


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made
