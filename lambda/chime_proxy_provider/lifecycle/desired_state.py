"""The desired state of a resource: its properties, with phone numbers in place of references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.errors import InvalidRequest, ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chime_proxy_provider.aws.number_references import NumberReferences
    from chime_proxy_provider.lifecycle.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """The properties of a resource, as declared and as the API takes them."""

    declared: Mapping[str, Any] = field(repr=False)
    properties: Mapping[str, Any] = field(repr=False)
    """The properties for the API, with numbers in place of references."""
    hidden: frozenset[str] = field(repr=False)
    """Values from references, to be left out of all attributes."""

    @property
    def referring(self) -> frozenset[str]:
        """The names of the properties declared by reference."""
        declared, read = self.declared, self.properties
        return frozenset(name for name in read if read[name] != declared[name])


def resolve(
    schema: Schema, references: NumberReferences, declared: Mapping[str, Any], *, reveal: bool
) -> DesiredState:
    """Read the references of declared properties.

    Args:
        schema: the resource's.
        references: reads secrets and parameters.
        declared: accepted properties, in the schema's types.
        reveal: True to show the values of references in attributes.

    Raises:
        ProviderError: names the property, never its value.
    """
    reader = _Reader(references)
    own = {name: value for name, value in declared.items() if name not in schema.provider_only}
    known = schema.inputs["properties"]
    properties = {name: reader.read(known[name], value, name) for name, value in own.items()}
    if reader.texts:
        _check(schema, properties)
    hidden = frozenset[str]() if reveal else frozenset(reader.texts)
    return DesiredState(declared=declared, properties=properties, hidden=hidden)


class _Reader:
    """Reads references at any depth, and remembers their texts."""

    def __init__(self, references: NumberReferences) -> None:
        self.texts: list[str] = []
        self._references = references

    def read(self, schema: Mapping[str, Any], value: Any, name: str) -> Any:
        if isinstance(value, list):
            items = schema["items"]
            return [self.read(items, item, f"{name}[{i}]") for i, item in enumerate(value)]
        if "oneOf" not in schema or isinstance(value, str):
            return value
        self.texts.append(self._text(value, name))
        return self.texts[-1]

    def _text(self, reference: Mapping[str, str], name: str) -> str:
        try:
            return self._references.read(reference)
        except ProviderError as error:
            msg = f"{name}: {error}"
            raise type(error)(msg) from None


def _check(schema: Schema, properties: Mapping[str, Any]) -> None:
    try:
        schema.check(properties)
    except InvalidRequest as error:
        msg = f"{error} (value read from the secret or parameter; check for trailing whitespace)"
        raise InvalidRequest(msg) from None
