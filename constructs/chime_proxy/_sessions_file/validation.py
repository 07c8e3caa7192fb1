"""Find the problems of a sessions file, and describe them by its own names."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from jsonschema import ValidationError

from chime_proxy._schema import form, size, strict_validator
from chime_proxy._sessions_file.schema import KEY, KEY_FORM, PARTICIPANTS, sessions_schema
from chime_proxy._sessions_file.yaml_document import (
    Document,
    Path,
    Problem,
    Unreadable,
    UnreadableKey,
)


def session_problems(document: Document) -> list[Problem]:
    """List the problems of a file, sorted by line."""
    found = strict_validator(sessions_schema()).iter_errors(document.value)
    errors = _most_basic([*chain.from_iterable(map(_meant, found))])
    problems = chain.from_iterable(_problems(error, document) for error in errors)
    return sorted({*document.problems, *problems})


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """Split the error of an alternative into the errors of the choice meant by the value."""
    if error.validator not in {"anyOf", "oneOf"}:
        yield error
        return
    choices: Any = error.validator_value
    meant = _choice(choices, error.instance)
    if meant is None:
        yield error
        return
    yield from (reason for reason in error.context or () if reason.schema_path[0] == meant)


def _choice(choices: list[Mapping[str, Any]], value: Any) -> int | None:
    if not isinstance(value, dict):
        return 0
    known = [len(value.keys() & choice.get("properties", {}).keys()) for choice in choices]
    # The last of equals: between Defaults and Sessions, it is Sessions.
    return max(range(len(known)), key=lambda place: (known[place], place)) if any(known) else None


def _most_basic(errors: list[ValidationError]) -> list[ValidationError]:
    """Leave out the errors caused by a wrong type: the type itself is reported."""
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    return [
        error
        for error in errors
        if error.validator == "type" or tuple(error.absolute_path) not in mistyped
    ]


def _problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    if isinstance(error.instance, Unreadable):
        return
    for place, phrase in _said(error, path):
        yield Problem(document.lines.get(place, 1), f"{_name(place)}{phrase}")


def _said(error: ValidationError, path: Path) -> Iterator[tuple[Path, str]]:
    schema: Mapping[str, Any] = dict(error.schema)  # type: ignore[arg-type]  # never a bare boolean
    value: Any = error.instance
    if "propertyNames" in error.schema_path:
        if not isinstance(value, UnreadableKey):
            yield (*path, value), f"has a key that is not {KEY_FORM}"
    elif error.validator == "additionalProperties":
        known = ", ".join(schema["properties"])
        for name in value.keys() - schema["properties"].keys():
            if not isinstance(name, UnreadableKey):
                yield (*path, name), f"is not a property; known are {known}"
    else:
        yield path, _allowed(error, schema)


def _name(path: Path) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in path]
    name = "".join(steps).removeprefix(".")
    return f"{name} " if name else ""


def _shown(key: str) -> str:
    # Anything else in the place of a key may be a phone number.
    return key if KEY.fullmatch(key) else "?"


def _allowed(error: ValidationError, schema: Mapping[str, Any]) -> str:
    match error.validator:
        case "required":
            phrase = _missing(error)
        case "enum":
            phrase = f"must be one of {', '.join(schema['enum'])}"
        case "pattern":
            phrase = form(schema, error)
        case "minItems" | "maxItems":
            phrase = size(schema)
        case "uniqueItems":
            phrase = "must not repeat an item"
        case "oneOf":
            phrase = f"must be {schema['$comment']}"
        case _:
            phrase = _kind(schema, error.instance)
    return phrase


def _missing(error: ValidationError) -> str:
    name = error.message.split("'")[1]
    is_shared = bool(error.absolute_path) and name != PARTICIPANTS
    return f"must have {name}, itself or from Defaults" if is_shared else f"must have {name}"


def _kind(schema: Mapping[str, Any], value: Any) -> str:
    match schema["type"]:
        case "integer":
            least, most = schema["minimum"], schema["maximum"]
            return f"must be a whole number from {least} to {most}, without quotes"
        case "boolean":
            return "must be true or false, without quotes"
        case "array":
            return "must be a list"
        case "object":
            return "must be a mapping"
    if value is None or isinstance(value, list | dict):
        return "must be text"
    return "must be quoted: unquoted, YAML reads it as a number, a time or a boolean"
