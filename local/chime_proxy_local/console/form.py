"""Reads the page's forms."""

import re
from urllib.parse import parse_qs

from chime_proxy_service.contact import Contact
from chime_proxy_service.session import Capability, Connector, ProxySession, SessionKey

Fields = dict[str, str]

_SEPARATORS = re.compile(r"[\s().\-]")
_E164 = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)


class FormError(Exception):
    """A form is incomplete or wrong; the message says how to fill it in."""


def read_fields(body: bytes) -> Fields:
    """Read the fields of a url-encoded form."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def session_key(fields: Fields) -> SessionKey:
    """Read the session of a form: `region/connector/session`.

    Raises:
        FormError: it names none.
    """
    match fields.get("session", "").split("/"):
        case [region, voice_connector_id, session_id]:
            return SessionKey(Connector(region, voice_connector_id), session_id)
        case _:
            msg = "The form names no session. Load the page again."
            raise FormError(msg)


def session_contact(fields: Fields, session: ProxySession) -> Contact:
    """Read a participant's call or text to the proxy number of a session.

    Raises:
        FormError: it is no participant, or neither a call nor a text.
    """
    participants = dict(zip(("first", "second"), session.participants, strict=True))
    sender = participants.get(fields.get("participant", ""))
    if sender is None:
        msg = "The participant must be first or second."
        raise FormError(msg)
    return Contact(
        region=session.key.connector.region,
        sender=sender,
        proxy_phone_number=session.proxy_phone_number,
        capability=_capability(fields),
    )


def free_contact(fields: Fields) -> Contact:
    """Read a call or text from any number to any.

    Raises:
        FormError: a number is not in E.164 format, or it is neither a call nor a text.
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
        msg = f"The capability must be {' or '.join(Capability)}."
        raise FormError(msg) from error


def _phone_number(fields: Fields, name: str) -> str:
    number = _SEPARATORS.sub("", fields.get(name, ""))
    if _E164.fullmatch(number) is None:
        msg = (
            f"The number in \u201c{name.capitalize()}\u201d must be in E.164 format: a plus sign, "
            "the country code and the rest, at most 15 digits."
        )
        raise FormError(msg)
    return number
