"""Describes a resource type by its schema."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]


def chapter(schema: Schema) -> str:
    """Return the chapter of a resource type: its properties and its attributes."""
    name = schema["typeName"]
    return "\n".join(
        [
            f"### `{name}`\n",
            f"{schema['description']} {_reference(schema)}\n",
            f"#### Properties of `{name}`\n",
            "| Property | Required | Allowed | Update | |\n|---|---|---|---|---|",
            *property_rows(schema),
            f"\n#### Attributes of `{name}`\n",
            "| Attribute | |\n|---|---|",
            *attribute_rows(schema),
            "",
        ]
    )


def property_rows(schema: Schema) -> Iterator[str]:
    """The rows of the property table."""
    for name, shape in schema["properties"].items():
        if name not in _named(schema, "readOnlyProperties"):
            required = "yes" if name in schema["required"] else "no"
            yield _row(name, required, _allowed(shape), _update(schema, name), shape["description"])


def attribute_rows(schema: Schema) -> Iterator[str]:
    """The rows of the attribute table."""
    for name, shape in schema["definitions"]["Attributes"]["properties"].items():
        yield _row(name, shape["description"])


def _row(name: str, *cells: str) -> str:
    return f"| `{name}` | {' | '.join(cells)} |"


def _reference(schema: Schema) -> str:
    names = [f"<{name}>" for name in _names(schema["primaryIdentifier"])]
    return f"`Ref` and the physical id are `{'/'.join(names)}`."


def _allowed(shape: Schema) -> str:
    """Return a property's allowed values in words."""
    match shape:
        case {"enum": values}:
            return " or ".join(f"`{value}`" for value in values)
        case {"$comment": words}:
            return str(words)
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"{least} to {most}"
        case {"minItems": _, "items": items}:
            return f"{_count(shape)}, each {_allowed(items)}"
        case {"properties": members}:
            return "; ".join(f"`{name}`: {_allowed(member)}" for name, member in members.items())
    msg = f"no words for {shape}"
    raise ValueError(msg)


def _count(shape: Schema) -> str:
    least, most = shape["minItems"], shape.get("maxItems")
    if most is None:
        return f"{least} or more"
    return f"exactly {least}" if least == most else f"{least} to {most}"


def _update(schema: Schema, name: str) -> str:
    """Return the effect of a change of a property."""
    if name in _named(schema, "createOnlyProperties"):
        return "replacement"
    if name in _named(schema, "conditionalCreateOnlyProperties"):
        return "in place; replacement if removed"
    return "in place"


def _named(schema: Schema, keyword: str) -> list[str]:
    return _names(schema[keyword])


def _names(pointers: list[str]) -> list[str]:
    return [pointer.removeprefix("/properties/") for pointer in pointers]
