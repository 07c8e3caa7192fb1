"""The rules of proxy sessions, decided here where AWS never documented them.

An example. A connector with the pool US has the proxy numbers +12065550100 and +12125550100.

- Alice (+13105550111) and Bob (+13105550122) get a session. It has +12065550100, the first number
  through which neither is in an open session.
- Alice and Carol get one too. +12065550100 would have two meanings for Alice, so they get
  +12125550100. Dave and Erin may have +12065550100: no participant is in both sessions.
- Alice calls +12065550100: Bob's phone rings and shows +12065550100. Carol calls it: refused, since
  she has no session with it.
- An hour passes unused, the session closes. Alice calls +12065550100 again: the call goes to the
  connector's FallBackPhoneNumber, or is refused if there is none.

Who may have a session:
    PutVoiceConnectorProxy configures a connector; any well-formed id is a connector. Creating a
    session is NotFound without a configuration, Forbidden with a `Disabled` one. Sessions that
    exist are not affected: after DeleteVoiceConnectorProxy, or under `Disabled`, they can be read,
    updated, used and deleted until they end.

Which number a session gets (chosen in `number_choice`):
    A proxy number serves many sessions, but a (proxy number, participant) pair is in at most one
    open session across all connectors of a region, so that an inbound call has exactly one
    meaning. Both participants see one number, never a participant's own. The same participants
    may have several sessions at once, each with another number. Numbers rest: after a session, its
    number goes to another session of the same person only if no fresher one is in the preferred
    place, so that a redial does not reach somebody else. The number that two participants had last
    on a connector stays known for the session's retention from the expiry that it was created
    with, even if it was deleted.

How a session lives:
    It is Open at creation, InProgress during a call, Closed at expiry, even during a call. Creation,
    update and use restart the expiry clock, so a session in use can outlive its 720 minutes. A
    closed session stays readable for its retention, which is the service's at its creation, and
    cannot be changed. A deleted one is gone at once.

How a call ends:
    The carrier reports the end under the call's id. The end of an earlier call changes nothing. The
    end of a call that the session does not know is remembered: if the start comes after all, the
    call is not connected. The end of the last call is known as such even after the session's
    expiry, or after the call limit while nothing else has used or changed the session. Closed
    sessions stay closed. A call whose end nobody reports counts as ended at the call limit, counted
    from its start: from then on the session is Open, without any write. A call that a release
    before call limits stored has the default limit, counted from the session's last change.

What a repetition gets:
    A creation that comes again with the same idempotency key gets the session as it is now, Closed
    if it has closed. With another request under that key, or after the session was deleted, it is
    a Conflict. The key of a deleted session can be used again after a day.
    A call or a text that a carrier reports again under the same id reaches the same person and is
    recorded once, as long as fewer than eight others came in between. A call that has ended is not
    connected again.

Whom a call or a text reaches:
    From a participant to the session's proxy number, it reaches the other participant, who sees
    the proxy number. The session needs the capability, Voice or SMS. Only one call is up at a
    time, whichever of the two makes it. A call to a closed session goes to the FallBackPhoneNumber
    of the connector's present configuration and shows the proxy number, as long as the session is
    readable and the caller has no newer session with that number. Every other call or text is
    refused.

All functions are pure: they take the time and the store's data as arguments.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, End, Refusal
from chime_proxy_service.errors import BadRequestError, ForbiddenError, NotFoundError
from chime_proxy_service.idempotency import digest
from chime_proxy_service.requests import CreateRequest, UpdateRequest
from chime_proxy_service.retention import readable
from chime_proxy_service.session import (
    Call,
    Capability,
    Connector,
    ProxySession,
    SessionKey,
    Status,
)

MAX_EXPIRY_MINUTES = 720

MIN_CALL_LIMIT = timedelta(minutes=1)
MAX_CALL_LIMIT = timedelta(minutes=MAX_EXPIRY_MINUTES)
_CONTACTS_KNOWN = 8


class Use(Enum):
    """A use of a session."""

    CALL_ENDED = "call ended"
    TEXT = "text"


def check_call_limit(limit: timedelta) -> None:
    """Refuse a call limit out of range.

    Raises:
        ValueError: the limit is not 1 to 720 minutes.
    """
    if not MIN_CALL_LIMIT <= limit <= MAX_CALL_LIMIT:
        msg = f"The call limit must be 1 to {MAX_EXPIRY_MINUTES} minutes"
        raise ValueError(msg)


def check_configuration(configuration: ProxyConfiguration) -> None:
    """Refuse a default expiry out of range.

    Countries without numbers are accepted; a session then finds no free number.

    Raises:
        BadRequestError: the default expiry is not 1 to 720 minutes.
    """
    _check_expiry("DefaultSessionExpiryMinutes", configuration.default_session_expiry_minutes)


def check_participants(participants: tuple[str, str]) -> None:
    """Refuse a session whose participants are the same number.

    Raises:
        BadRequestError: the two are the same number.
    """
    first, second = participants
    if first == second:
        msg = "ParticipantPhoneNumbers must be two different numbers"
        raise BadRequestError(msg)


def check_terms(request: CreateRequest | UpdateRequest) -> None:
    """Refuse a session without capabilities, or with an expiry out of range.

    Source: the maximum of 720 minutes is in AWS's guide; the API's model has none.

    Raises:
        BadRequestError: there is no capability, or the expiry is not 1 to 720 minutes.
    """
    if not request.capabilities:
        msg = "Capabilities must have at least one of Voice and SMS"
        raise BadRequestError(msg)
    _check_expiry("ExpiryMinutes", request.expiry_minutes)


def configured(
    configuration: ProxyConfiguration | None, connector: Connector
) -> ProxyConfiguration:
    """Return the configuration.

    Raises:
        NotFoundError: it is None.
    """
    if configuration is None:
        msg = (
            f"Voice connector {connector.voice_connector_id} has no proxy configuration in "
            f"{connector.region}; create one with PutVoiceConnectorProxy"
        )
        raise NotFoundError(msg)
    return configuration


def check_not_disabled(configuration: ProxyConfiguration) -> None:
    """Refuse a new session under a disabled configuration.

    Raises:
        ForbiddenError: it is disabled.
    """
    if configuration.disabled:
        msg = (
            "The proxy configuration of this voice connector is disabled; "
            "set Disabled to false with PutVoiceConnectorProxy"
        )
        raise ForbiddenError(msg)


def opened(
    request: CreateRequest,
    configuration: ProxyConfiguration,
    *,
    key: SessionKey,
    proxy_phone_number: str,
    now: datetime,
) -> ProxySession:
    """Return a new session that begins now."""
    minutes = request.expiry_minutes or configuration.default_session_expiry_minutes
    return ProxySession(
        key=key,
        participants=request.participants,
        proxy_phone_number=proxy_phone_number,
        capabilities=request.capabilities,
        expiry_minutes=minutes,
        status=Status.OPEN,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(minutes=minutes),
        name=request.name,
        number_selection_behavior=request.number_selection_behavior,
        geo_match_level=request.geo_match_level,
        geo_match_params=request.geo_match_params,
        request_digest=digest(request),
    )


def updated(session: ProxySession, request: UpdateRequest, now: datetime) -> ProxySession:
    """Return a session with other capabilities, its expiry clock restarted.

    Raises:
        BadRequestError: the session is closed.
    """
    session = _alive(session, now)
    minutes = request.expiry_minutes or session.expiry_minutes
    return replace(
        session,
        capabilities=request.capabilities,
        expiry_minutes=minutes,
        updated_at=now,
        expires_at=now + timedelta(minutes=minutes),
        revision=session.revision + 1,
    )


def used(session: ProxySession, use: Use, now: datetime) -> ProxySession:
    """Return a session after a text, or after the end of whatever call is up.

    `updated_at` stays: a use is no update.

    Raises:
        BadRequestError: the session is closed.
    """
    session = _alive(session, now)
    if use is Use.CALL_ENDED:
        session = replace(session, status=Status.OPEN, call=None)
    return _touched(session, now)


def contacted(
    session: ProxySession, contact: Contact, call_limit: timedelta, now: datetime
) -> ProxySession:
    """Return a session after a call has started or a text has passed.

    Raises:
        BadRequestError: the session is closed.
    """
    session, reference = _alive(session, now), contact.reference
    if contact.capability is Capability.VOICE:
        call = Call(reference, ends_by=now + call_limit)
        session = replace(session, status=Status.IN_PROGRESS, call=call)
    return _touched(_knowing(session, reference), now)


def call_ended(session: ProxySession | None, end: End, now: datetime) -> ProxySession | None:
    """Return a session after the end of its call; None if that is not the session's last one.

    The end of a call that has outlived its session changes neither status nor expiry.
    """
    if session is None or session.call is None:
        return None
    if session.call.reference != end.contact.reference:
        return None
    if as_of(session, now).status is Status.CLOSED:
        return replace(session, status=Status.OPEN, call=None, revision=session.revision + 1)
    return used(session, Use.CALL_ENDED, now)


def ended_before_start(
    session: ProxySession | None, end: End, now: datetime
) -> ProxySession | None:
    """Return a session after the end of a call unknown to it; None if there is nothing to remember.

    The call was refused, or its start has yet to come. Status and expiry stay as they are.
    """
    if session is None or as_of(session, now).status is Status.CLOSED:
        return None
    reference = end.contact.reference
    if not reference or reference in session.contacts:
        return None
    return replace(_knowing(session, reference), revision=session.revision + 1)


def reached(
    contact: Contact,
    session: ProxySession | None,
    configuration: ProxyConfiguration | None,
    now: datetime,
) -> Connection | Refusal:
    """Return the person a call or a text reaches and the number they see, or a refusal.

    Args:
        contact: the call or the text.
        session: the sender's open session with this proxy number, else the last one; None if the
            sender never had one.
        configuration: the present one of the session's connector; None if there is none.
        now: the time.
    """
    if session is None or not readable(session, now):
        return Refusal.UNKNOWN
    session = as_of(session, now)
    if session.status is Status.CLOSED:
        return _fallen_back(contact, configuration)
    is_repeated = _is_repeated(contact, session)
    if not is_repeated and contact.capability not in session.capabilities:
        return Refusal.NOT_CARRIED
    if contact.capability is Capability.VOICE:
        if session.call and not _is_up(contact, session):
            return Refusal.BUSY
        if is_repeated and session.call is None:
            return Refusal.ENDED
    first, second = session.participants
    return Connection(
        recipient=second if contact.sender == first else first,
        shown_number=session.proxy_phone_number,
        session=session.key,
        is_repeated=is_repeated,
    )


def as_of(session: ProxySession, now: datetime) -> ProxySession:
    """Return a session as it is now.

    It is Closed since its expiry, if that has passed, and Open if its call has reached the limit.
    """
    if now >= session.expires_at:
        return replace(session, status=Status.CLOSED, ended_at=session.expires_at, call=None)
    if session.call and now >= session.call.ends_by:
        return replace(session, status=Status.OPEN, call=None)
    return session


def closed_session_error() -> BadRequestError:
    """Return the error of a change to a closed session."""
    return BadRequestError("The proxy session is Closed and cannot be changed; create a new one")


def _fallen_back(
    contact: Contact, configuration: ProxyConfiguration | None
) -> Connection | Refusal:
    number = configuration and configuration.fall_back_phone_number
    if not number or contact.capability is not Capability.VOICE:
        return Refusal.CLOSED
    return Connection(recipient=number, shown_number=contact.proxy_phone_number, session=None)


def _is_repeated(contact: Contact, session: ProxySession) -> bool:
    return contact.reference in session.contacts or _is_up(contact, session)


def _is_up(contact: Contact, session: ProxySession) -> bool:
    call, reference = session.call, contact.reference
    return call is not None and bool(reference) and call.reference == reference


def _knowing(session: ProxySession, reference: str) -> ProxySession:
    if not reference:
        return session
    return replace(session, contacts=(*session.contacts, reference)[-_CONTACTS_KNOWN:])


def _alive(session: ProxySession, now: datetime) -> ProxySession:
    session = as_of(session, now)
    if session.status is Status.CLOSED:
        raise closed_session_error()
    return session


def _touched(session: ProxySession, now: datetime) -> ProxySession:
    return replace(
        session,
        expires_at=now + timedelta(minutes=session.expiry_minutes),
        revision=session.revision + 1,
    )


def _check_expiry(member: str, minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= MAX_EXPIRY_MINUTES:
        msg = f"{member} must be 1 to {MAX_EXPIRY_MINUTES} minutes"
        raise BadRequestError(msg)
