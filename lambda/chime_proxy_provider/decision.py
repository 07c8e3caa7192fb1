"""What an Update has to do, decided from data alone."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, TypeAlias

from chime_proxy_provider.desired_state import DesiredState
from chime_proxy_provider.schema import Schema

Properties: TypeAlias = Mapping[str, Any]

# Changes the answer, not the session.
_REVEAL = "RevealParticipantPhoneNumbers"


class Change(Enum):
    """How far the new properties are from the old ones."""

    NOTHING = auto()
    IN_PLACE = auto()
    REPLACEMENT = auto()


def compare(schema: Schema, old: Properties, new: Properties) -> Change:
    """The change between two sets of recast properties."""
    changed = {name for name in schema.inputs["properties"] if old.get(name) != new.get(name)}
    if changed & schema.create_only or _lacks_removed(schema, old, new):
        return Change.REPLACEMENT
    return Change.IN_PLACE if changed - {_REVEAL} else Change.NOTHING


def is_already(
    schema: Schema, session: Mapping[str, Any], desired: DesiredState, prefix: str
) -> bool:
    """Whether a session is what a replacement would make, as far as the API describes it.

    Args:
        schema: the resource's.
        session: the session as the API describes it.
        desired: what is asked for.
        prefix: what the session's name begins with where the user chose none.
    """
    new = desired.properties
    found = {**session, "ParticipantPhoneNumbers": _numbers(session)}
    wanted = {**new, "ParticipantPhoneNumbers": sorted(new["ParticipantPhoneNumbers"])}
    if not new.get("Name") and found.get("Name", "").startswith(prefix):
        wanted["Name"] = found["Name"]
    return all(found.get(name) == wanted.get(name) for name in schema.create_only)


def leaves_no_trace(schema: Schema, old: Properties, new: Properties) -> bool:
    """Whether part of a replacement is nothing that a session would show.

    It does not tell the order in which its participants were declared, nor whether its expiry
    is the connector's default or the user's choice.
    """
    return _is_reordered(old, new) or _lacks_removed(schema, old, new)


def _lacks_removed(schema: Schema, old: Properties, new: Properties) -> bool:
    return bool(schema.create_only_when_removed & old.keys() - new.keys())


def _is_reordered(old: Properties, new: Properties) -> bool:
    before, after = old.get("ParticipantPhoneNumbers"), new["ParticipantPhoneNumbers"]
    same = isinstance(before, list) and sorted(map(str, before)) == sorted(map(str, after))
    return same and before != after


def _numbers(session: Mapping[str, Any]) -> list[str]:
    return sorted(end.get("PhoneNumber", "") for end in session.get("Participants", []))
