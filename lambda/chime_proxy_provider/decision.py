"""What an Update has to do, decided from the properties alone."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from chime_proxy_provider.schema import Schema


class Change(Enum):
    """How far the new properties are from the old ones."""

    NOTHING = auto()
    IN_PLACE = auto()
    REPLACEMENT = auto()


def compare(schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """The change between two sets of recast properties."""
    changed = {name for name in schema.inputs["properties"] if old.get(name) != new.get(name)}
    removed = {name for name in changed if name not in new}
    if changed & schema.create_only or removed & schema.create_only_when_removed:
        return Change.REPLACEMENT
    return Change.IN_PLACE if changed else Change.NOTHING
