"""Checks a resource's properties against its schema, and gives them the schema's types.

CloudFormation sends integers and booleans as strings. The schema file is the one source of
the accepted properties; the construct reads the same file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from chime_proxy_provider.errors import InvalidRequest
from chime_proxy_provider.lifecycle.identifier import Identifier
from chime_proxy_provider.redaction import redact_foreign

Properties: TypeAlias = Mapping[str, Any]

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Schema:
    """The properties of a resource type, and the changes that take a replacement."""

    type_name: str
    inputs: Mapping[str, Any]
    create_only: frozenset[str]
    create_only_when_removed: frozenset[str]
    provider_only: frozenset[str]
    """Properties for the provider itself, not for the API."""
    attributes: tuple[str, ...]
    identifier: Identifier

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a schema in CloudFormation's resource-type format."""
        document = json.loads(path.read_text(encoding="utf-8"))
        read_only = _names(document, "readOnlyProperties")
        accepted = {k: v for k, v in document["properties"].items() if k not in read_only}
        return cls(
            type_name=document["typeName"],
            inputs={**document, "type": "object", "properties": accepted},
            create_only=_names(document, "createOnlyProperties"),
            create_only_when_removed=_names(document, "conditionalCreateOnlyProperties"),
            provider_only=_names(document, "providerOnlyProperties"),
            attributes=tuple(document["definitions"]["Attributes"]["properties"]),
            identifier=_identifier(document),
        )

    def recast(self, properties: Properties) -> dict[str, Any]:
        """The properties in the schema's types, with sets in one order for comparison.

        A wrong value stays as it is.

        Example: `{"ExpiryMinutes": "60", "Capabilities": ["Voice", "SMS"]}` becomes
        `{"ExpiryMinutes": 60, "Capabilities": ["SMS", "Voice"]}`.
        """
        known = self.inputs["properties"]
        typed = _typed(self.inputs, properties)
        return {name: _sorted_if_set(known.get(name, {}), typed[name]) for name in typed}

    def check(self, properties: Properties) -> None:
        """Refuse properties outside the schema, in CloudFormation's types or the schema's.

        Raises:
            InvalidRequest: names every wrong property, by its place in the template, and the
                allowed values; never the value itself.
        """
        faults = list(_object_faults(self.inputs, _typed(self.inputs, properties)))
        if faults:
            raise InvalidRequest("; ".join(faults))


def _names(document: Mapping[str, Any], keyword: str) -> frozenset[str]:
    return frozenset(map(_name, document[keyword]))


def _identifier(document: Mapping[str, Any]) -> Identifier:
    names = tuple(map(_name, document["primaryIdentifier"]))
    patterns = [document["properties"][name]["pattern"] for name in names]
    form = "/".join(f"({pattern.removeprefix('^').removesuffix('$')})" for pattern in patterns)
    return Identifier(names, re.compile(form))


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2]


def _typed(schema: Mapping[str, Any], value: Any) -> Any:
    match schema.get("type"), value:
        case "integer", str() if _INTEGER.fullmatch(value):
            return int(value)
        case "boolean", str():
            return _BOOLEANS.get(value, value)
        case "array", list():
            return [_typed(schema["items"], item) for item in value]
        case "object", Mapping():
            known = schema["properties"]
            return {k: _typed(known[k], v) if k in known else v for k, v in value.items()}
    return value


def _sorted_if_set(schema: Mapping[str, Any], value: Any) -> Any:
    is_set = isinstance(value, list) and not schema.get("insertionOrder", True)
    return sorted(value, key=str) if is_set else value


def _faults(schema: Mapping[str, Any], value: Any, name: str) -> Iterator[str]:
    match schema.get("type"), value:
        case None, _:
            yield from _choice_faults(schema, value, name)
        case "boolean", bool():
            pass
        case "boolean", _:
            yield f"{name} must be true or false"
        case "string", str():
            yield from _string_faults(schema, value, name)
        case "integer", _:
            yield from _integer_faults(schema, value, name)
        case "array", list():
            yield from _array_faults(schema, value, name)
        case "object", Mapping():
            yield from _object_faults(schema, value, f"{name}.")
        case json_type, _:
            yield f"{name} must be of type {json_type}"


def _choice_faults(schema: Mapping[str, Any], value: Any, name: str) -> Iterator[str]:
    chosen = [choice for choice in schema["oneOf"] if _is_meant(choice, value)]
    if chosen:
        yield from _faults(chosen[0], value, name)
    else:
        yield f"{name} must be {schema['$comment']}"


def _is_meant(choice: Mapping[str, Any], value: Any) -> bool:
    match choice["type"], value:
        case "string", str():
            return True
        case "object", Mapping():
            return all(name in value for name in choice["required"])
    return False


def _integer_faults(schema: Mapping[str, Any], value: Any, name: str) -> Iterator[str]:
    least, most = schema["minimum"], schema["maximum"]
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        yield f"{name} must be a whole number from {least} to {most}"


def _string_faults(schema: Mapping[str, Any], value: str, name: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{name} must be one of {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"{name} must be {schema['$comment']}"


def _array_faults(schema: Mapping[str, Any], value: list[Any], name: str) -> Iterator[str]:
    if not schema["minItems"] <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{name} must have {_size(schema)}"
    if any(item in value[:index] for index, item in enumerate(value)):
        yield f"{name} must not repeat an item"
    for index, item in enumerate(value):
        yield from _faults(schema["items"], item, f"{name}[{index}]")


def _size(schema: Mapping[str, Any]) -> str:
    least, most = schema["minItems"], schema.get("maxItems")
    if most is None:
        return f"at least {least} item"
    return f"exactly {least} items" if least == most else f"{least} to {most} items"


def _object_faults(
    schema: Mapping[str, Any], value: Mapping[str, Any], path: str = ""
) -> Iterator[str]:
    known = schema["properties"]
    yield from (f"{path}{name} is required" for name in schema["required"] if name not in value)
    for name, item in value.items():
        if name in known:
            yield from _faults(known[name], item, f"{path}{name}")
        else:
            unknown = redact_foreign(name)[:60]
            yield f"{path}{unknown} is not a property; known are {', '.join(known)}"
