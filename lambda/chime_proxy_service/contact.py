"""A call or a text that comes to a proxy number, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum

from chime_proxy_service.session import Capability, SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A call or a text from somebody to a proxy number.

    `capability` is what a session has to have for it: Voice for a call, SMS for a text. Both
    numbers are E.164. Each region hands out the same proxy numbers, so they need the region too.
    """

    region: str
    sender: str
    proxy_phone_number: str
    capability: Capability


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Whom a contact reaches.

    `shown_number` is the one that the recipient sees. `session` is the one that carries it; None
    where a fall-back number takes the call, which no session knows of.
    """

    recipient: str
    shown_number: str
    session: SessionKey | None


class Refusal(StrEnum):
    """Why a contact reaches nobody."""

    UNKNOWN = "No session of this participant has this proxy number"
    CLOSED = "The session is Closed"
    NOT_CARRIED = "The session does not have this capability"
    BUSY = "A call of this session is up already"
