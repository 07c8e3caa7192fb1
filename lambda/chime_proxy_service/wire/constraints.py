"""The constraints of the API's model. AWS's clients do not check them.

A violation names the member and the values allowed there, never the value itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chime_proxy_service.errors import BadRequestError


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint, violated by the value at `path`."""

    path: str
    constraint: str


class Shape(Protocol):
    """The constraints of one value."""

    def violations(self, value: Any, path: str) -> Iterator[Violation]:
        """Yield every violation by `value`, the member at `path`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string: one of `values`, matching `pattern` in full, or `minimum` to `maximum` long."""

    pattern: str | None = None
    values: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int | None = None

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield the first violation by a string."""
        if not isinstance(value, str):
            yield Violation(path, "Member must be a string")
        elif self.values and value not in self.values:
            yield Violation(path, f"Member must satisfy enum value set: [{', '.join(self.values)}]")
        elif self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            yield Violation(path, f"Member must satisfy regular expression pattern: {self.pattern}")
        else:
            yield from _range_violations(len(value), "length", self.minimum, self.maximum, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """A whole number."""

    minimum: int | None = None
    maximum: int | None = None

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield the violation by a number. Neither 60.0 nor a boolean is a whole number."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield Violation(path, "Member must be an integer")
        else:
            yield from _range_violations(value, "value", self.minimum, self.maximum, path)


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield the violation by anything but a boolean."""
        if not isinstance(value, bool):
            yield Violation(path, "Member must be a boolean")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of one kind of value."""

    member: Shape
    minimum: int = 0
    maximum: int | None = None

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield the violations by a list; one shared by many of its values comes once."""
        if not isinstance(value, list):
            yield Violation(path, "Member must be a list")
            return
        yield from _range_violations(len(value), "length", self.minimum, self.maximum, path)
        constraints = {
            violation.constraint
            for item in value
            for violation in self.member.violations(item, path)
        }
        if constraints:
            allowed = ", ".join(sorted(constraints))
            yield Violation(path, f"Member must satisfy constraint: [{allowed}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Named members. Unknown ones are ignored, as AWS does; null counts as absent."""

    members: Mapping[str, Shape]
    required: frozenset[str] = frozenset()

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield the violations by each member."""
        if not isinstance(value, dict):
            yield Violation(path, "Member must be a structure")
            return
        for name, shape in self.members.items():
            yield from self._member_violations(name, shape, value.get(name), path)

    def _member_violations(
        self, name: str, shape: Shape, value: object, path: str
    ) -> Iterator[Violation]:
        member_path = f"{path}.{name[0].lower()}{name[1:]}".removeprefix(".")
        if value is not None:
            yield from shape.violations(value, member_path)
        elif name in self.required:
            yield Violation(member_path, "Member must not be null")


def check(shape: Structure, value: Mapping[str, Any]) -> None:
    """Check an operation's whole input.

    Raises:
        BadRequestError: all violations, in one message.
    """
    violations = list(shape.violations(value, ""))
    if violations:
        raise BadRequestError(_message(violations))


def _message(violations: Iterable[Violation]) -> str:
    lines = [
        f"Value at '{v.path}' failed to satisfy constraint: {v.constraint}" for v in violations
    ]
    plural = "" if len(lines) == 1 else "s"
    return f"{len(lines)} validation error{plural} detected: {'; '.join(lines)}"


def _range_violations(
    size: int, noun: str, minimum: int | None, maximum: int | None, path: str
) -> Iterator[Violation]:
    if minimum is not None and size < minimum:
        yield Violation(path, f"Member must have {noun} greater than or equal to {minimum}")
    if maximum is not None and size > maximum:
        yield Violation(path, f"Member must have {noun} less than or equal to {maximum}")
