"""What an Update has to do, decided from data alone."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, TypeAlias

from chime_proxy_provider.lifecycle.schema import Schema

Properties: TypeAlias = Mapping[str, Any]


class Change(Enum):
    """How far the new properties are from the old ones."""

    NOTHING = auto()
    IN_PLACE = auto()
    REPLACEMENT = auto()


def compare(schema: Schema, old: Properties, new: Properties) -> Change:
    """The change between two sets of recast properties."""
    changed = {name for name in schema.inputs["properties"] if old.get(name) != new.get(name)}
    if changed & schema.create_only or is_taken_away(schema, old, new):
        return Change.REPLACEMENT
    return Change.IN_PLACE if changed - schema.provider_only else Change.NOTHING


def is_taken_away(schema: Schema, old: Properties, new: Properties) -> bool:
    """Whether the new properties lack one whose removal takes a replacement."""
    return bool(schema.create_only_when_removed & old.keys() - new.keys())


def is_given_back(schema: Schema, old: Properties, new: Properties) -> bool:
    """Whether the change could be the way back from such a replacement."""
    return is_taken_away(schema, new, old)
