"""Compares the properties of an Update: nothing to do, a change in place, or a replacement.

The schema of the resource type (`schema.json`) lists the properties whose change takes a replacement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from chime_proxy_provider.cloudformation.event import Request
from chime_proxy_provider.lifecycle.desired_state import DesiredState
from chime_proxy_provider.lifecycle.identifier import Key
from chime_proxy_provider.lifecycle.schema import Properties, Schema


class Change(Enum):
    """The difference between the old properties and the new ones."""

    NOTHING = auto()
    IN_PLACE = auto()
    REPLACEMENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An Update of an existing resource.

    Args:
        request: the request.
        key: the resource known to CloudFormation.
        old: its properties according to CloudFormation, in the schema's types.
        desired: the desired state.
        change: the difference between the two.
        may_be_rollback: True if a rollback of a replacement would look the same. CloudFormation
            does not say when it rolls back: it sends the earlier properties as new ones.
    """

    request: Request
    key: Key
    old: Properties
    desired: DesiredState
    change: Change
    may_be_rollback: bool

    @classmethod
    def of(cls, schema: Schema, request: Request, desired: DesiredState, key: Key) -> "Update":
        """Compare a request's old properties with its new ones."""
        old, new = schema.recast(request.old_properties), desired.declared
        change = compare(schema, old, new)
        return cls(
            request=request,
            key=key,
            old=old,
            desired=desired,
            change=change,
            may_be_rollback=change is Change.REPLACEMENT or is_removed(schema, new, old),
        )


def compare(schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """The change from old properties to new ones, both in the schema's types."""
    changed = {name for name in schema.inputs["properties"] if old.get(name) != new.get(name)}
    if changed & schema.create_only or is_removed(schema, old, new):
        return Change.REPLACEMENT
    return Change.IN_PLACE if changed - schema.provider_only else Change.NOTHING


def is_removed(schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """True if a property is gone and its removal takes a replacement."""
    return bool(schema.create_only_when_removed & old.keys() - new.keys())
