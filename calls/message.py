"""SIP messages as text, as far as the phones of this folder write and read them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.telephony.carrier import Field

_END = "\r\n"
_SDP = "SDP "
_NUMBER = re.compile(r"sips?:([^@;>]+)@")


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response.

    Args:
        first_line: the request line or the status line.
        headers: names and values, in order.
        sdp: the lines of the session description.
    """

    first_line: str
    headers: Sequence[Field]
    sdp: Sequence[str] = ()

    @classmethod
    def parse(cls, raw: bytes) -> "Message":
        """Read a message."""
        head, _, body = raw.decode("utf-8", "replace").partition(_END * 2)
        first_line, *lines = head.split(_END)
        parts = (line.partition(":") for line in lines)
        headers = [(name.strip(), value.strip()) for name, _, value in parts]
        return cls(first_line, headers, [line for line in body.split(_END) if line])

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def status(self) -> int:
        """The status of a response; 0 for a request."""
        return int(self.first_line.split()[1]) if self.first_line.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the one that a response answers."""
        return self["CSeq"].split()[-1]

    @property
    def called(self) -> str:
        """The number of the request line."""
        return _number(self.first_line)

    @property
    def audio(self) -> tuple[str, int] | None:
        """The address and port to which audio is to be sent."""
        host = next((line.split()[-1] for line in self.sdp if line.startswith("c=")), None)
        port = next((line.split()[1] for line in self.sdp if line.startswith("m=audio")), None)
        return (host, int(port)) if host and port else None

    def text(self) -> bytes:
        """Write the message."""
        body = "".join(f"{line}{_END}" for line in self.sdp).encode()
        described = [("Content-Type", "application/sdp")] if body else []
        length = ("Content-Length", str(len(body)))
        lines = (f"{name}: {value}" for name, value in (*self.headers, *described, length))
        return (_END.join([self.first_line, *lines]) + _END * 2).encode() + body

    def fields(self) -> Iterable[Field]:
        """Yield all that a phone can read in it."""
        yield ("First line", self.first_line)
        yield ("From number", _number(self["From"]))
        yield from self.headers
        yield from ((f"{_SDP}{line[0]}", line[2:]) for line in self.sdp)


def offer(address: str, port: int, session: str, fields: Mapping[str, str]) -> list[str]:
    """Return a session description for PCMU.

    Args:
        address: the address for audio.
        port: the port for audio.
        session: the number of the session.
        fields: those named ``SDP o``, ``SDP s`` and so on are taken in.
    """
    extra = {name.removeprefix(_SDP): text for name, text in fields.items() if _SDP in name}
    owner = extra.pop("o", "-")
    attributes = [f"a={extra.pop('a')}"] if "a" in extra else []
    return [
        "v=0",
        f"o={owner} {session} 1 IN IP4 {address}",
        f"s={extra.pop('s', '-')}",
        *(f"{name}={text}" for name, text in extra.items()),
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 0",
        "a=rtpmap:0 PCMU/8000",
        *attributes,
    ]


def headers_of(fields: Mapping[str, str]) -> list[Field]:
    """Return the fields that are whole headers."""
    return [(name, text) for name, text in fields.items() if name[0].isupper() and _SDP not in name]


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    return found[1] if found else ""
