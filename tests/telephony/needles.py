"""Finds a person's number, name and address, and canaries, in whatever a phone received."""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
# A number of a place without its country and area code.
_LOCAL_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Person:
    """A participant, with a name and an address that nothing else has.

    Args:
        number: in E.164.
        name: the display name.
        address: the host of the phone.
    """

    number: str
    name: str
    address: str

    @property
    def national(self) -> str:
        """The number in national notation, such as ``(415) 555-0142``."""
        area, line = self.number[2:5], self.number[8:]
        return f"({area}) {self.number[5:8]}-{line}"


def found(texts: Iterable[str], people: Iterable[Person], canaries: Iterable[str]) -> list[str]:
    """Return a description of everything found. It names the kind, not the value."""
    people, canaries = tuple(people), tuple(canaries)
    return sorted(
        {
            finding
            for text in texts
            for reading in _readings(text)
            for finding in _findings(reading, people, canaries)
        }
    )


def _findings(text: str, people: Iterable[Person], canaries: Iterable[str]) -> Iterator[str]:
    digits, letters = re.sub(r"\D", "", text), _letters(text)
    for place, person in enumerate(people):
        if person.number[-_LOCAL_DIGITS:] in digits:
            yield f"number of person {place}"
        if any(_letters(word) in letters for word in person.name.split()):
            yield f"name of person {place}"
        if _letters(person.address) in letters:
            yield f"address of person {place}"
    for canary in canaries:
        if canary in letters:
            yield f"canary {canary}"


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it is, and decoded in every way that a header or an address may be written."""
    yield text
    once = unquote(html.unescape(text))
    yield once
    yield unquote(once)
    for token in _BASE64.findall(text):
        for decode in (base64.urlsafe_b64decode, base64.b64decode):
            try:
                yield decode(token + "=" * (-len(token) % 4)).decode("utf-8", "ignore")
            except (ValueError, binascii.Error):
                continue


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
