"""A call or a text to a proxy number, the person it reaches, and its end."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from chime_proxy_service.session import Capability, SessionKey

_REFERENCE_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A call or a text from `sender` to a proxy number, both in E.164.

    Args:
        region: the AWS region; each region hands out the same proxy numbers.
        sender: the caller's or texter's own number.
        proxy_phone_number: the number called or texted.
        capability: Voice for a call, SMS for a text. The session needs it.
        contact_id: the carrier's id of the call or the text, the same in every report of it, and not
            one that the caller chose. ``""`` if there is none: then a repeated report counts as
            another contact.
    """

    region: str
    sender: str
    proxy_phone_number: str
    capability: Capability
    contact_id: str = ""

    @property
    def reference(self) -> str:
        """A digest of the carrier's id, since an id may have a phone number in it.

        It is ``""`` if there is no id.
        """
        if not self.contact_id:
            return ""
        return sha256(self.contact_id.encode()).hexdigest()[:_REFERENCE_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A contact that reaches somebody.

    Args:
        recipient: the number to connect the contact to.
        shown_number: the number the recipient sees as the sender's.
        session: the session in use; None if the call goes to a FallBackPhoneNumber.
        is_repeated: the same contact was connected before; nothing was recorded again.
    """

    recipient: str
    shown_number: str
    session: SessionKey | None
    is_repeated: bool = False


class Refusal(StrEnum):
    """The reason a contact reaches nobody."""

    UNKNOWN = "The sender has no session with this proxy number"
    CLOSED = "The session is Closed"
    NOT_CARRIED = "The session does not have this capability"
    BUSY = "A call of this session is already in progress"
    ENDED = "This call has ended"
    UNAVAILABLE = "The service could not decide"


class Outcome(StrEnum):
    """The end of a contact, as the carrier reports it."""

    COMPLETED = "Completed"
    """The call was answered and has ended, or the text was delivered."""
    BUSY = "Busy"
    NO_ANSWER = "NoAnswer"
    """Nobody answered, or the caller hung up before."""
    FAILED = "Failed"
    """The carrier could not connect the call or deliver the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a contact.

    Args:
        contact: the contact, with the id that it began with.
        outcome: the end.
        duration: the time for which the call was answered; None if the carrier does not tell it.
        is_fallback: the call went to a FallBackPhoneNumber: its Connection had no session. No
            session knows such a call, so an adapter reports its end from one place.
    """

    contact: Contact
    outcome: Outcome
    duration: timedelta | None = None
    is_fallback: bool = False
