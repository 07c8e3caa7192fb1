"""Read a YAML file as plain data with line numbers.

Tags, aliases, merge keys and repeated keys are problems: a file cannot grow while it is read, and
every value has one place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

import yaml

from chime_proxy._sessions_file.yaml_scalar import scalar

Path: TypeAlias = tuple[str | int, ...]

_DEEPEST = 8
# libyaml's parser gives the same events ten times as fast; not every PyYAML has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """An error in a file, described without the file's values.

    Args:
        line: the line, counted from 1.
        text: the error, and the allowed values.
    """

    line: int
    text: str


class Unreadable:
    """A value whose problem is reported already."""


class UnreadableKey(str):
    """A key whose problem is reported already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file.

    Args:
        value: mappings, lists, texts, whole numbers, booleans, None, `Unquoted` and `Unreadable`.
        lines: the line of each path; for a member of a mapping, its key's.
        problems: the errors found while reading.
    """

    value: Any
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...]


def read_document(text: str) -> Document:
    """Parse a YAML file; errors are among its `problems`."""
    reader = _Reader(yaml.parse(text, Loader=_LOADER))
    value = reader.document()
    return Document(value=value, lines=reader.lines, problems=tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    events: Iterator[yaml.Event]
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> Any:
        try:
            return self._only_document()
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark.line + 1 if error.problem_mark else 1
            return self._unreadable(place, f"is not YAML: {error.problem}")
        except yaml.reader.ReaderError:
            return self._unreadable(1, "is not YAML: it has control characters")
        except _TooDeepError as error:
            return self._unreadable(error.line, "is nested deeper than a sessions file can be")

    def _only_document(self) -> Any:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if isinstance(after, yaml.DocumentStartEvent):
            self._unreadable(_line(after), "begins a second document: one file is one document")
        return value

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if len(path) > _DEEPEST:
            raise _TooDeepError(_line(event))
        value = self._content(event, path)
        if getattr(event, "tag", None) is not None:
            return self._unreadable(_line(event), "has a tag: write the value without it")
        return value

    def _content(self, event: yaml.Event, path: Path) -> Any:
        match event:
            case yaml.ScalarEvent():
                return scalar(event)
            case yaml.SequenceStartEvent():
                return list(self._items(path))
            case yaml.MappingStartEvent():
                return self._members(path)
        return self._unreadable(_line(event), "is an alias: write the value out, or use Defaults")

    def _items(self, path: Path) -> Iterator[Any]:
        for index in count():
            event = next(self.events)
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, (*path, index))

    def _members(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in members:
                first = self.lines[*path, key]
                self._unreadable(_line(event), f"repeats a key: the first is on line {first}")
                key = _unreadable_key(event)
            self.lines[*path, key] = _line(event)
            members[key] = self._value(next(self.events), (*path, key))
        return members

    def _key(self, event: yaml.Event, path: Path) -> str:
        key = self._value(event, (*path, ""))
        if isinstance(key, str):
            return key
        if not isinstance(key, Unreadable):
            self._unreadable(_line(event), "has a key that is not text: quote it")
        return _unreadable_key(event)

    def _unreadable(self, line: int, text: str) -> Unreadable:
        self.problems.append(Problem(line, text))
        return Unreadable()


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def _unreadable_key(event: yaml.Event) -> UnreadableKey:
    # Its position keeps it apart from other unreadable keys, so their values are all checked.
    return UnreadableKey(event.start_mark)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
