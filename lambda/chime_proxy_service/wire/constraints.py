"""The constraints of the API's model, which clients leave to the service.

Faults name where the value stands and what is allowed there, never the value itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chime_proxy_service.errors import BadRequestError


@dataclass(frozen=True, slots=True)
class Fault:
    """A constraint that the value at `path` fails."""

    path: str
    constraint: str


class Shape(Protocol):
    """What a value has to be."""

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        """Yield every constraint that `value`, found at `path`, fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string, in full of one of the `values`, of a pattern, or of a length in characters."""

    pattern: str | None = None
    values: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int | None = None

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield the first thing that is wrong with a string."""
        if not isinstance(value, str):
            yield Fault(path, "Member must be a string")
        elif self.values and value not in self.values:
            yield Fault(path, f"Member must satisfy enum value set: [{', '.join(self.values)}]")
        elif self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            yield Fault(path, f"Member must satisfy regular expression pattern: {self.pattern}")
        else:
            yield from _range_faults(len(value), "length", self.minimum, self.maximum, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """A whole number."""

    minimum: int | None = None
    maximum: int | None = None

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield what is wrong with a number. A fraction, even 60.0, is none; nor is a boolean."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield Fault(path, "Member must be an integer")
        else:
            yield from _range_faults(value, "value", self.minimum, self.maximum, path)


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield what is wrong with a boolean."""
        if not isinstance(value, bool):
            yield Fault(path, "Member must be a boolean")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of one kind of value."""

    member: Shape
    minimum: int = 0
    maximum: int | None = None

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield what is wrong with a list; what is wrong with many of its values, only once."""
        if not isinstance(value, list):
            yield Fault(path, "Member must be a list")
            return
        yield from _range_faults(len(value), "length", self.minimum, self.maximum, path)
        constraints = {
            fault.constraint for item in value for fault in self.member.faults(item, path)
        }
        if constraints:
            allowed = ", ".join(sorted(constraints))
            yield Fault(path, f"Member must satisfy constraint: [{allowed}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Named members. Those it does not know are ignored, as AWS does; null is absent."""

    members: Mapping[str, Shape]
    required: frozenset[str] = frozenset()

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield what is wrong with each member."""
        if not isinstance(value, dict):
            yield Fault(path, "Member must be a structure")
            return
        for name, shape in self.members.items():
            yield from self._member_faults(name, shape, value.get(name), path)

    def _member_faults(self, name: str, shape: Shape, value: object, path: str) -> Iterator[Fault]:
        member_path = f"{path}.{name[0].lower()}{name[1:]}".removeprefix(".")
        if value is not None:
            yield from shape.faults(value, member_path)
        elif name in self.required:
            yield Fault(member_path, "Member must not be null")


def check(shape: Structure, value: Mapping[str, Any]) -> None:
    """Check an operation's whole input.

    Raises:
        BadRequestError: with all faults in one message.
    """
    faults = list(shape.faults(value, ""))
    if faults:
        raise BadRequestError(_message(faults))


def _message(faults: Iterable[Fault]) -> str:
    lines = [f"Value at '{f.path}' failed to satisfy constraint: {f.constraint}" for f in faults]
    plural = "" if len(lines) == 1 else "s"
    return f"{len(lines)} validation error{plural} detected: {'; '.join(lines)}"


def _range_faults(
    size: int, noun: str, minimum: int | None, maximum: int | None, path: str
) -> Iterator[Fault]:
    if minimum is not None and size < minimum:
        yield Fault(path, f"Member must have {noun} greater than or equal to {minimum}")
    if maximum is not None and size > maximum:
        yield Fault(path, f"Member must have {noun} less than or equal to {maximum}")
