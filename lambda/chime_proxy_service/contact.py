"""A call or a text to a proxy number, and the person it reaches."""

from dataclasses import dataclass
from enum import StrEnum

from chime_proxy_service.session import Capability, SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A call or a text from `sender` to a proxy number, both in E.164.

    Args:
        region: the AWS region; each region hands out the same proxy numbers.
        sender: the caller's or texter's own number.
        proxy_phone_number: the number called or texted.
        capability: Voice for a call, SMS for a text. The session needs it.
    """

    region: str
    sender: str
    proxy_phone_number: str
    capability: Capability


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A contact that reaches somebody.

    Args:
        recipient: the number to connect the contact to.
        shown_number: the number the recipient sees as the sender's.
        session: the session in use; None if the call goes to a FallBackPhoneNumber.
    """

    recipient: str
    shown_number: str
    session: SessionKey | None


class Refusal(StrEnum):
    """The reason a contact reaches nobody."""

    UNKNOWN = "The sender has no session with this proxy number"
    CLOSED = "The session is Closed"
    NOT_CARRIED = "The session does not have this capability"
    BUSY = "A call of this session is already in progress"
