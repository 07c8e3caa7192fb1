"""What AWS never documented about proxy sessions, decided.

Who may have a session:
    A connector has sessions once PutVoiceConnectorProxy has configured it; any well-formed id is
    a connector. Without configuration creation is NotFound, with a disabled one Forbidden.
    Neither touches the sessions that exist: after DeleteVoiceConnectorProxy, or under `Disabled`,
    they can be read, updated, used and deleted until they end.

Which number they get:
    A proxy number serves many sessions, but any (proxy number, participant) pair is in at most
    one open session, whatever its connector: an inbound call must have exactly one meaning. Both
    participants see one number, and it is never a participant's own. The same two participants
    may have several sessions at once, each with another number. Which number a pair had last on
    a connector is known for as long as the store lasts, whatever became of the session.

How a session lives:
    It is Open at creation, InProgress while a call is up and Closed at expiry, even during a call.
    The expiry clock restarts with creation, update and use, so a session that is used can outlive
    its twelve hours. A closed one stays readable for 30 days and cannot be changed; a deleted one
    is gone at once.

Whom a call or a text reaches:
    Sent by a participant to the proxy number of its session, it reaches the other participant, who
    sees the proxy number. The session has to have the capability, Voice or SMS. One call is up at
    a time: both participants are in it. A call to a closed session goes to the fall-back number
    that its connector's configuration has now, and shows the proxy number there too, for as long
    as the session is readable and its number serves no other session of the caller. A text never
    goes there, and nothing else reaches anybody.

Everything here is a pure function: time, and what the store knows, are arguments.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import chain

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import BadRequestError, ForbiddenError, NotFoundError
from chime_proxy_service.number_pool import NumberPool, Place, place_of
from chime_proxy_service.requests import CreateRequest, UpdateRequest
from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    NumberSelectionBehavior,
    ProxySession,
    SessionKey,
    Status,
)

MAX_EXPIRY_MINUTES = 720
RETENTION = timedelta(days=30)


class Use(Enum):
    """What participants do with a session."""

    CALL_STARTED = "call started"
    CALL_ENDED = "call ended"
    TEXT = "text"


def check_configuration(configuration: ProxyConfiguration) -> None:
    """Refuse a default expiry that no session could have.

    Countries that the pool has no numbers of are accepted: they fail a creation, or serve none.

    Raises:
        BadRequestError: the default is not 1 to 720 minutes.
    """
    _check_expiry("DefaultSessionExpiryMinutes", configuration.default_session_expiry_minutes)


def check_participants(participants: tuple[str, str]) -> None:
    """Refuse a session of one participant with itself.

    Raises:
        BadRequestError: the two are the same number.
    """
    first, second = participants
    if first == second:
        message = "ParticipantPhoneNumbers must be two different numbers"
        raise BadRequestError(message)


def check_terms(request: CreateRequest | UpdateRequest) -> None:
    """Refuse a session that nothing can be done with, or that lasts too long.

    The twelve hours are from AWS's guide; its model has no maximum.

    Raises:
        BadRequestError: there is no capability, or the expiry is not 1 to 720 minutes.
    """
    if not request.capabilities:
        message = "Capabilities must have at least one of Voice and SMS"
        raise BadRequestError(message)
    _check_expiry("ExpiryMinutes", request.expiry_minutes)


def configured(
    configuration: ProxyConfiguration | None, connector: Connector
) -> ProxyConfiguration:
    """Insist on a configuration.

    Raises:
        NotFoundError: there is none.
    """
    if configuration is None:
        message = (
            f"Voice connector {connector.voice_connector_id} has no proxy configuration in "
            f"{connector.region}; make one with PutVoiceConnectorProxy"
        )
        raise NotFoundError(message)
    return configuration


def enabled(configuration: ProxyConfiguration) -> ProxyConfiguration:
    """Insist on a configuration that admits new sessions.

    Raises:
        ForbiddenError: it is disabled.
    """
    if configuration.disabled:
        message = (
            "Proxy sessions are disabled on this voice connector; "
            "enable them with PutVoiceConnectorProxy"
        )
        raise ForbiddenError(message)
    return configuration


def choose_number(
    request: CreateRequest,
    configuration: ProxyConfiguration,
    pool: NumberPool,
    *,
    busy: frozenset[str],
    last: str | None,
) -> str:
    """Choose the proxy number of a new session.

    Stickiness comes before geography, and both are preferences: what cannot be had gives way to
    any free number of the configuration's countries.

    Args:
        request: the session to be made.
        configuration: its connector's.
        pool: all the numbers there are.
        busy: numbers through which one of the participants is in an open session already.
        last: the number that these two had last on this connector. PreferSticky takes it again
            where it is free, AvoidSticky only where no other is. Without either it does not count.

    Raises:
        BadRequestError: no number is free.
    """
    countries = configuration.phone_number_countries
    taken = busy | set(request.participants)
    if last is not None and place_of(last).country not in countries:
        last = None
    numbers = pool.numbers(countries, preferred_place(request))
    for number in _by_stickiness(numbers, last, request.number_selection_behavior):
        if number not in taken:
            return number
    message = (
        f"No proxy number of the pool's countries ({', '.join(countries)}) is free for these "
        "participants; delete one of their sessions or widen PhoneNumberPoolCountries"
    )
    raise BadRequestError(message)


def preferred_place(request: CreateRequest) -> Place:
    """Tell where the proxy number should be from.

    GeoMatchParams names the place, else it is the first participant's. GeoMatchLevel tells whether
    the country suffices; without it GeoMatchParams counts in full, as far as it is not empty.
    """
    level, params = request.geo_match_level, request.geo_match_params
    if params is not None:
        place = Place(params.country or None, params.area_code or None)
    elif level is not None:
        place = place_of(request.participants[0])
    else:
        place = Place()
    return Place(place.country) if level is GeoMatchLevel.COUNTRY else place


def opened(
    request: CreateRequest,
    configuration: ProxyConfiguration,
    *,
    key: SessionKey,
    proxy_phone_number: str,
    now: datetime,
) -> ProxySession:
    """Make a session that begins now."""
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
    )


def updated(session: ProxySession, request: UpdateRequest, now: datetime) -> ProxySession:
    """Change a session's capabilities, and its expiry if one is given.

    Raises:
        BadRequestError: the session is closed.
    """
    _check_alive(session, now)
    minutes = request.expiry_minutes or session.expiry_minutes
    return replace(
        session,
        capabilities=request.capabilities,
        expiry_minutes=minutes,
        updated_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )


def used(session: ProxySession, use: Use, now: datetime) -> ProxySession:
    """Note a call or a text. It does not count as an update: `updated_at` stays.

    Raises:
        BadRequestError: the session is closed.
    """
    _check_alive(session, now)
    calls = {Use.CALL_STARTED: Status.IN_PROGRESS, Use.CALL_ENDED: Status.OPEN}
    return replace(
        session,
        status=calls.get(use, session.status),
        expires_at=now + timedelta(minutes=session.expiry_minutes),
    )


def reached(
    contact: Contact,
    session: ProxySession | None,
    configuration: ProxyConfiguration | None,
    now: datetime,
) -> Connection | Refusal:
    """Tell whom a call or a text reaches and which number they see, or why it reaches nobody.

    Args:
        contact: the call or the text.
        session: the sender's that has the proxy number, or the last that had; None if none has.
        configuration: that of the session's connector now, None if it has none.
        now: the time.
    """
    if session is None or not readable(session, now):
        return Refusal.UNKNOWN
    status = as_of(session, now).status
    if status is Status.CLOSED:
        return _fallen_back(contact, configuration)
    if contact.capability not in session.capabilities:
        return Refusal.NOT_CARRIED
    if status is Status.IN_PROGRESS and contact.capability is Capability.VOICE:
        return Refusal.BUSY
    first, second = session.participants
    return Connection(
        recipient=second if contact.sender == first else first,
        shown_number=session.proxy_phone_number,
        session=session.key,
    )


def use_of(contact: Contact) -> Use:
    """Tell what a contact that reaches a participant does with the session."""
    return Use.CALL_STARTED if contact.capability is Capability.VOICE else Use.TEXT


def as_of(session: ProxySession, now: datetime) -> ProxySession:
    """Show a session as it is now: closed, since its expiry, if that has come."""
    if now < session.expires_at:
        return session
    return replace(session, status=Status.CLOSED, ended_at=session.expires_at)


def readable(session: ProxySession, now: datetime) -> bool:
    """Tell whether a session is still known: until 30 days after its end."""
    return now < session.expires_at + RETENTION


def closed() -> BadRequestError:
    """Say that a session cannot be changed any more."""
    return BadRequestError("The proxy session is Closed and cannot be changed; create a new one")


def _fallen_back(
    contact: Contact, configuration: ProxyConfiguration | None
) -> Connection | Refusal:
    number = configuration and configuration.fall_back_phone_number
    if not number or contact.capability is not Capability.VOICE:
        return Refusal.CLOSED
    return Connection(recipient=number, shown_number=contact.proxy_phone_number, session=None)


def _check_alive(session: ProxySession, now: datetime) -> None:
    if as_of(session, now).status is Status.CLOSED:
        raise closed()


def _check_expiry(member: str, minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= MAX_EXPIRY_MINUTES:
        message = f"{member} must be 1 to {MAX_EXPIRY_MINUTES} minutes"
        raise BadRequestError(message)


def _by_stickiness(
    numbers: Iterable[str], last: str | None, behavior: NumberSelectionBehavior | None
) -> Iterator[str]:
    if last is None or behavior is None:
        return iter(numbers)
    if behavior is NumberSelectionBehavior.PREFER_STICKY:
        return chain([last], numbers)
    return chain((number for number in numbers if number != last), [last])
