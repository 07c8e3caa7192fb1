"""What an Update has to do, decided from data alone."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, TypeAlias

from chime_proxy_provider.schema import Schema

Properties: TypeAlias = Mapping[str, Any]


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
    return Change.IN_PLACE if changed else Change.NOTHING


def is_already(
    schema: Schema, session: Mapping[str, Any], old: Properties, new: Properties, prefix: str
) -> bool:
    """Whether a session is what a replacement would make.

    It is when CloudFormation takes back an Update that failed: the old properties are then those
    that never came to be. Where the session does not tell, the answer is no.

    Args:
        schema: the resource's.
        session: the session as the API describes it.
        old: the properties that CloudFormation takes for the session's.
        new: the properties asked for.
        prefix: what the session's name begins with where the user chose none.
    """
    if _lacks_removed(schema, old, new) or _reordered(old, new):
        return False
    found = {**session, "ParticipantPhoneNumbers": _numbers(session)}
    wanted = {**new, "ParticipantPhoneNumbers": sorted(new["ParticipantPhoneNumbers"])}
    if not new.get("Name") and found.get("Name", "").startswith(prefix):
        wanted["Name"] = found["Name"]
    return all(found.get(name) == wanted.get(name) for name in schema.create_only)


def _lacks_removed(schema: Schema, old: Properties, new: Properties) -> bool:
    """Whether something is gone that the API can change but not take back."""
    return bool(schema.create_only_when_removed & old.keys() - new.keys())


def _reordered(old: Properties, new: Properties) -> bool:
    before, after = old.get("ParticipantPhoneNumbers"), new["ParticipantPhoneNumbers"]
    same = isinstance(before, list) and sorted(map(str, before)) == sorted(after)
    return same and before != after


def _numbers(session: Mapping[str, Any]) -> list[str]:
    return sorted(end.get("PhoneNumber", "") for end in session.get("Participants", []))
