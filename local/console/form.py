"""What the page's forms send."""

import re
from urllib.parse import parse_qs

from chime_proxy_service.contact import Contact
from chime_proxy_service.session import Capability, Connector, ProxySession, SessionKey

Fields = dict[str, str]

_SEPARATORS = re.compile(r"[\s().\-]")
_E164 = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)


class FormError(Exception):
    """A form that cannot be understood; the message says what it has to have."""


def read_fields(body: bytes) -> Fields:
    """Read the fields of a form that was sent url-encoded."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def session_key(fields: Fields) -> SessionKey:
    """Read which session a form is about: `region/connector/session`.

    Raises:
        FormError: it names none.
    """
    match fields.get("session", "").split("/"):
        case [region, voice_connector_id, session_id]:
            return SessionKey(Connector(region, voice_connector_id), session_id)
        case _:
            message = "The form names no session. Load the page again."
            raise FormError(message)


def session_contact(fields: Fields, session: ProxySession) -> Contact:
    """Read what a participant of a session places to its proxy number.

    Raises:
        FormError: it is no participant, or neither a call nor a text.
    """
    participants = dict(zip(("first", "second"), session.participants, strict=True))
    sender = participants.get(fields.get("participant", ""))
    if sender is None:
        message = "The participant must be first or second."
        raise FormError(message)
    return Contact(
        region=session.key.connector.region,
        sender=sender,
        proxy_phone_number=session.proxy_phone_number,
        capability=_capability(fields),
    )


def free_contact(fields: Fields) -> Contact:
    """Read what anybody places to any number.

    Raises:
        FormError: a number is none, or it is neither a call nor a text.
    """
    return Contact(
        region=fields.get("region", ""),
        sender=_phone_number(fields, "from"),
        proxy_phone_number=_phone_number(fields, "to"),
        capability=_capability(fields),
    )


def _capability(fields: Fields) -> Capability:
    try:
        return Capability(fields.get("capability", ""))
    except ValueError as error:
        message = f"The capability must be {' or '.join(Capability)}."
        raise FormError(message) from error


def _phone_number(fields: Fields, name: str) -> str:
    number = _SEPARATORS.sub("", fields.get(name, ""))
    if _E164.fullmatch(number) is None:
        message = (
            f"The number in \u201c{name.capitalize()}\u201d must be in E.164 format: a plus sign, "
            "the country code and the rest, at most 15 digits."
        )
        raise FormError(message)
    return number
