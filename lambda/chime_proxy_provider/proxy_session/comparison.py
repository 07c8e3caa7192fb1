"""Compares a session, as the API describes it, with properties."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from chime_proxy_provider.lifecycle.change import is_removed
from chime_proxy_provider.lifecycle.desired_state import DesiredState
from chime_proxy_provider.lifecycle.schema import Properties, Schema
from chime_proxy_provider.phone_number import digits

Session: TypeAlias = Mapping[str, Any]

_PARTICIPANTS = "ParticipantPhoneNumbers"


def is_replacement_for(
    schema: Schema, session: Session, properties: Properties, name_prefix: str
) -> bool:
    """True if a replacement would create a session with the same properties.

    Args:
        schema: the resource's.
        session: the session as the API describes it.
        properties: as the API takes them.
        name_prefix: the beginning of the session's name, if the properties hold no `Name`.
    """
    if not properties.get("Name") and session.get("Name", "").startswith(name_prefix):
        properties = {**properties, "Name": session["Name"]}
    has_more = schema.create_only & session.keys() - properties.keys()
    return not has_more and not differences(schema, session, properties)


def differences(schema: Schema, session: Session, properties: Properties) -> list[str]:
    """The names of the properties missing from a session that cannot change in place.

    An adopted session may have more properties than these.

    Args:
        schema: the resource's; the names come in its order.
        session: the session as the API describes it, its participants in any order.
        properties: as the API takes them.
    """
    found = {**session, _PARTICIPANTS: sorted(_participants(session))}
    wanted = {**properties, _PARTICIPANTS: sorted(map(digits, properties[_PARTICIPANTS]))}
    names = schema.create_only & properties.keys()
    known = (name for name in schema.inputs["properties"] if name in names)
    return [name for name in known if found.get(name) != wanted.get(name)]


def has_participants(session: Session, desired: DesiredState) -> bool:
    """False if a secret or parameter holds a new number since the session was created."""
    numbers = desired.properties[_PARTICIPANTS]
    found = set(_participants(session))
    is_referring = desired.declared[_PARTICIPANTS] != numbers
    return not is_referring or not found or found == set(map(digits, numbers))


def is_invisible_in_session(schema: Schema, old: Properties, new: Properties) -> bool:
    """True if the change cannot be seen in the API's session.

    A session shows neither the order in which its participants were declared, nor the origin of its
    expiry: the connector's default, or `ExpiryMinutes`.
    """
    return _is_reordered(old, new) or is_removed(schema, old, new)


def _is_reordered(old: Properties, new: Properties) -> bool:
    before, after = old.get(_PARTICIPANTS), new[_PARTICIPANTS]
    same = isinstance(before, list) and sorted(map(str, before)) == sorted(map(str, after))
    return same and before != after


def _participants(session: Session) -> list[str]:
    # Another maker may have given a number without its plus sign: the API takes both.
    return [digits(end.get("PhoneNumber", "")) for end in session.get("Participants", [])]
