"""Whether a session is what some properties describe, as far as the API tells."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from chime_proxy_provider.lifecycle.change import is_taken_away
from chime_proxy_provider.lifecycle.desired_state import DesiredState
from chime_proxy_provider.lifecycle.schema import Schema

Properties: TypeAlias = Mapping[str, Any]
Session: TypeAlias = Mapping[str, Any]

_PARTICIPANTS = "ParticipantPhoneNumbers"


def is_already(schema: Schema, session: Session, desired: DesiredState, prefix: str) -> bool:
    """Whether a session is what a replacement would make.

    Args:
        schema: the resource's.
        session: the session as the API describes it.
        desired: what is asked for.
        prefix: what the session's name begins with where the user chose none.
    """
    new = desired.properties
    if not new.get("Name") and session.get("Name", "").startswith(prefix):
        new = {**new, "Name": session["Name"]}
    has_more = schema.create_only & session.keys() - new.keys()
    return not has_more and not differences(schema, session, new)


def differences(schema: Schema, session: Session, properties: Properties) -> list[str]:
    """The properties that a session should have, could not be given, and does not have.

    One that was adopted may have more than these: what its maker wanted.

    Args:
        schema: the resource's, in whose order the names come.
        session: the session as the API describes it; it does not tell the participants' order.
        properties: as the API takes them.
    """
    found = {**session, _PARTICIPANTS: _numbers(session)}
    wanted = {**properties, _PARTICIPANTS: sorted(map(_digits, properties[_PARTICIPANTS]))}
    names = schema.create_only & properties.keys()
    known = (name for name in schema.inputs["properties"] if name in names)
    return [name for name in known if found.get(name) != wanted.get(name)]


def has_participants(session: Session, desired: DesiredState) -> bool:
    """Whether a session's participants are still those that the references stand for."""
    numbers = desired.properties[_PARTICIPANTS]
    found = {_digits(end.get("PhoneNumber")) for end in session.get("Participants", [])}
    is_referring = desired.declared[_PARTICIPANTS] != numbers
    return not is_referring or not found or found == set(map(_digits, numbers))


def leaves_no_trace(schema: Schema, old: Properties, new: Properties) -> bool:
    """Whether part of a replacement is nothing that a session would show.

    It does not tell the order in which its participants were declared, nor whether its expiry
    is the connector's default or the user's choice.
    """
    return _is_reordered(old, new) or is_taken_away(schema, old, new)


def _is_reordered(old: Properties, new: Properties) -> bool:
    before, after = old.get(_PARTICIPANTS), new[_PARTICIPANTS]
    same = isinstance(before, list) and sorted(map(str, before)) == sorted(map(str, after))
    return same and before != after


def _numbers(session: Session) -> list[str]:
    # The API takes numbers without their plus sign, too, from whoever makes a session.
    return sorted(_digits(end.get("PhoneNumber", "")) for end in session.get("Participants", []))


def _digits(number: object) -> str:
    return str(number).removeprefix("+")
