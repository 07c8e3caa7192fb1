"""Records of what happened to sessions, calls and texts. They have no phone number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self, TypeAlias

from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.session import Capability, ProxySession, SessionKey


class Change(StrEnum):
    """A change of a session: by a request of the API, or its closing by the clock."""

    OPENED = "Opened"
    UPDATED = "Updated"
    CLOSED = "Closed"
    DELETED = "Deleted"


class Stage(StrEnum):
    """A stage of a call or a text."""

    CONNECTED = "Connected"
    REFUSED = "Refused"
    ENDED = "Ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A change of a session.

    Args:
        change: the change.
        session: the session.
        capabilities: those after the change.
        expiry_minutes: the expiry after the change.
        expires_at: the time the session closes if nothing uses it.
    """

    change: Change
    session: SessionKey
    capabilities: frozenset[Capability]
    expiry_minutes: int
    expires_at: datetime

    @classmethod
    def of(cls, change: Change, session: ProxySession) -> Self:
        """Make the record of a changed session."""
        return cls(
            change=change,
            session=session.key,
            capabilities=session.capabilities,
            expiry_minutes=session.expiry_minutes,
            expires_at=session.expires_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """A stage of a call or a text.

    Args:
        stage: the stage.
        capability: Voice for a call, SMS for a text.
        region: the AWS region.
        reference: the contact's; the same at each stage.
        session: the session in use. None for a refused contact, a call to a FallBackPhoneNumber,
            or the end of a text that is no longer known.
        reason: the reason of a refusal.
        outcome: the outcome at the end.
        duration: the time for which a call was answered, if the carrier told it.
    """

    stage: Stage
    capability: Capability
    region: str
    reference: str
    session: SessionKey | None = None
    reason: Refusal | None = None
    outcome: Outcome | None = None
    duration: timedelta | None = None


Record: TypeAlias = SessionRecord | ContactRecord


def answered(contact: Contact, fate: Connection | Refusal) -> ContactRecord:
    """Return the record of a contact that was connected or refused."""
    refusal = fate if isinstance(fate, Refusal) else None
    return ContactRecord(
        stage=Stage.REFUSED if refusal else Stage.CONNECTED,
        capability=contact.capability,
        region=contact.region,
        reference=contact.reference,
        session=None if isinstance(fate, Refusal) else fate.session,
        reason=refusal,
    )


def ended(end: End, session: ProxySession | None) -> ContactRecord:
    """Return the record of the end of a contact."""
    return ContactRecord(
        stage=Stage.ENDED,
        capability=end.contact.capability,
        region=end.contact.region,
        reference=end.contact.reference,
        session=None if session is None else session.key,
        outcome=end.outcome,
        duration=end.duration,
    )
