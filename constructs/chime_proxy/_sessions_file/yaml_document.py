"""A YAML file as plain data that remembers its lines.

Tags, aliases, merge keys and repeated keys are faults, so no file can grow while it is read, and
none says anything twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

import yaml

from chime_proxy._sessions_file.yaml_scalar import scalar

Path: TypeAlias = tuple[str | int, ...]

_DEEPEST = 8
# libyaml's reader where PyYAML was built with it: the same events, ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, said without the values that stand there.

    Args:
        line: the line, counted from 1.
        text: what is wrong, and what may be there.
    """

    line: int
    text: str


class Faulty:
    """The place of something that a fault has been found with already."""


class FaultyKey(str):
    """The place of a key that a fault has been found with already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says.

    Args:
        value: its content: mappings, lists, texts, whole numbers, truths, None, and what could
            not be read.
        lines: the line of each place; that of a mapping's member is its key's.
        faults: what could not be read.
    """

    value: Any
    lines: Mapping[Path, int]
    faults: tuple[Fault, ...]


def read_document(text: str) -> Document:
    """The content of a YAML file; what cannot be read is among its faults."""
    reader = _Reader(yaml.parse(text, Loader=_LOADER))
    value = reader.document()
    return Document(value=value, lines=reader.lines, faults=tuple(reader.faults))


@dataclass(slots=True)
class _Reader:
    events: Iterator[yaml.Event]
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def document(self) -> Any:
        try:
            return self._only_document()
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark.line + 1 if error.problem_mark else 1
            return self._faulty(place, f"is not YAML: {error.problem}")
        except yaml.reader.ReaderError:
            return self._faulty(1, "is not YAML: it has control characters")
        except _TooDeepError as error:
            return self._faulty(error.line, "is nested deeper than a sessions file can be")

    def _only_document(self) -> Any:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if isinstance(after, yaml.DocumentStartEvent):
            self._faulty(_line(after), "begins a second document: one file is one document")
        return value

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if len(path) > _DEEPEST:
            raise _TooDeepError(_line(event))
        value = self._content(event, path)
        if getattr(event, "tag", None) is not None:
            return self._faulty(_line(event), "has a tag: write the value without it")
        return value

    def _content(self, event: yaml.Event, path: Path) -> Any:
        match event:
            case yaml.ScalarEvent():
                return scalar(event)
            case yaml.SequenceStartEvent():
                return list(self._items(path))
            case yaml.MappingStartEvent():
                return self._members(path)
        return self._faulty(_line(event), "is an alias: write the value out, or use Defaults")

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
                self._faulty(_line(event), f"repeats a key: it stands on line {first} already")
                key = _faulty_key(event)
            self.lines[*path, key] = _line(event)
            members[key] = self._value(next(self.events), (*path, key))
        return members

    def _key(self, event: yaml.Event, path: Path) -> str:
        key = self._value(event, (*path, ""))
        if isinstance(key, str):
            return key
        if not isinstance(key, Faulty):
            self._faulty(_line(event), "has a key that is not text: quote it")
        return _faulty_key(event)

    def _faulty(self, line: int, text: str) -> Faulty:
        self.faults.append(Fault(line, text))
        return Faulty()


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def _faulty_key(event: yaml.Event) -> FaultyKey:
    # Where it stands tells it from others, so that what belongs to it is read all the same.
    return FaultyKey(event.start_mark)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
