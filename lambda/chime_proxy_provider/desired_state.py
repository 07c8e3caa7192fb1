"""What a resource shall be, with numbers where the template only refers to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.errors import InvalidRequest, ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chime_proxy_provider.references import References
    from chime_proxy_provider.schema import Schema

_PARTICIPANTS = "ParticipantPhoneNumbers"
_REVEAL = "RevealParticipantPhoneNumbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """One set of properties, as declared and as the API takes them."""

    declared: Mapping[str, Any] = field(repr=False)
    properties: Mapping[str, Any] = field(repr=False)
    """What the session is made of, with the participants' numbers."""
    hidden: frozenset[str] = field(repr=False)
    """The numbers that no attribute shows."""

    def is_met_by(self, session: Mapping[str, Any]) -> bool:
        """Whether a session's participants are still those that the references stand for."""
        numbers = self.properties[_PARTICIPANTS]
        found = {_digits(end.get("PhoneNumber")) for end in session.get("Participants", [])}
        is_referring = self.declared[_PARTICIPANTS] != numbers
        return not is_referring or not found or found == set(map(_digits, numbers))


def resolve(schema: Schema, references: References, declared: Mapping[str, Any]) -> DesiredState:
    """Read what the declared participants refer to.

    Args:
        schema: the resource's.
        references: where to read.
        declared: recast properties that the schema accepts.

    Raises:
        ProviderError: names the participant at fault and never shows what was read.
    """
    participants = declared[_PARTICIPANTS]
    numbers = [_number(references, place, item) for place, item in enumerate(participants)]
    properties = {k: v for k, v in declared.items() if k != _REVEAL} | {_PARTICIPANTS: numbers}
    pairs = zip(numbers, participants, strict=True)
    read = frozenset(number for number, item in pairs if not isinstance(item, str))
    if read:
        _check(schema, properties)
    hidden = frozenset[str]() if declared.get(_REVEAL) else read
    return DesiredState(declared=declared, properties=properties, hidden=hidden)


def _number(references: References, place: int, item: str | Mapping[str, str]) -> str:
    if isinstance(item, str):
        return item
    try:
        return references.read(item)
    except ProviderError as error:
        msg = f"{_PARTICIPANTS}[{place}]: {error}"
        raise type(error)(msg) from None


def _check(schema: Schema, properties: Mapping[str, Any]) -> None:
    try:
        schema.check(properties)
    except InvalidRequest as error:
        msg = f"{error} (as it was read, to the last character)"
        raise InvalidRequest(msg) from None


def _digits(number: object) -> str:
    return str(number).removeprefix("+")
