"""The eight operations: read from the store, decide by the rules, write to the store."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from chime_proxy_service import rules
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, End, Refusal
from chime_proxy_service.errors import (
    ConflictError,
    NotFoundError,
    ServiceError,
    UnavailableError,
)
from chime_proxy_service.idempotency import digest
from chime_proxy_service.number_choice import choose_number
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.records import Change, SessionRecord
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.retention import readable
from chime_proxy_service.session import (
    DEFAULT_CALL_LIMIT,
    RETENTION,
    Connector,
    Position,
    ProxySession,
    SessionKey,
    Status,
)
from chime_proxy_service.store import Addition, CreationData, Store

Clock = Callable[[], datetime]
_READ_AT_MOST = 1000
_READ_BY_STATUS = 100
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `position` is the last position read, None at the end of the list."""

    sessions: tuple[ProxySession, ...]
    position: Position | None


@dataclass(frozen=True, slots=True)
class Creation:
    """A session; `is_new` is False if an earlier request with the same key created it."""

    session: ProxySession
    is_new: bool


def new_session_id() -> str:
    """Make an id shaped like AWS's."""
    return str(uuid4())


class ProxySessionService:
    """Proxy sessions, and the proxy configurations of voice connectors.

    Args:
        store: keeps both.
        pool: the proxy numbers to choose from. Each region uses all of them on its own.
        clock: returns the time, with a zone.
        new_id: returns a new session id. Default: a random UUID.
        call_limit: the time after which a call counts as ended, reported or not; 1 to 720 minutes.
            Default: 4 hours.
        retention: the time for which the sessions to come can be read after they closed, a day at
            least: a late repetition of a creation must find its session. Default: 30 days.
        record: is given a record of each session that is opened, updated or deleted. Default:
            nobody is.

    Raises:
        ValueError: the call limit is out of range.
    """

    def __init__(  # noqa: PLR0913 - what a service is made of
        self,
        store: Store,
        pool: NumberPool,
        *,
        clock: Clock,
        new_id: Callable[[], str] = new_session_id,
        call_limit: timedelta = DEFAULT_CALL_LIMIT,
        retention: timedelta = RETENTION,
        record: Callable[[SessionRecord], object] = lambda _: None,
    ) -> None:
        rules.check_call_limit(call_limit)
        self._store = store
        self._pool = pool
        self._clock = clock
        self._new_id = new_id
        self.call_limit = call_limit
        self._record = record
        self._retention = retention

    def put_configuration(
        self, connector: Connector, configuration: ProxyConfiguration
    ) -> ProxyConfiguration:
        """Set a connector's proxy configuration in place of any it has."""
        rules.check_configuration(configuration)
        self._store.put_configuration(connector, configuration)
        return configuration

    def get_configuration(self, connector: Connector) -> ProxyConfiguration:
        """Return a connector's proxy configuration, or raise NotFoundError."""
        return rules.configured(self._store.configuration(connector), connector)

    def delete_configuration(self, connector: Connector) -> None:
        """Remove a connector's proxy configuration, or raise NotFoundError."""
        self.get_configuration(connector)
        self._store.remove_configuration(connector)

    def create(self, request: CreateRequest, proxy_session_id: str | None = None) -> ProxySession:
        """Open a session; see `create_once`."""
        return self.create_once(request, proxy_session_id).session

    def create_once(self, request: CreateRequest, proxy_session_id: str | None = None) -> Creation:
        """Open a session, or return the one that an earlier request with the same key opened.

        Args:
            request: the session.
            proxy_session_id: the id that the client's idempotency key stands for. If there is such
                a session, it is returned as it is now. None: a new id.

        Raises:
            BadRequestError: the request breaks a rule, or no proxy number is free.
            ConflictError: the key stands for another request, or for a deleted session.
            ForbiddenError: the connector's proxy configuration is disabled.
            NotFoundError: the connector has no proxy configuration.
        """
        rules.check_participants(request.participants)
        rules.check_terms(request)
        key = SessionKey(request.connector, proxy_session_id or self._new_id())
        for attempt in range(_ATTEMPTS):
            now = self._clock()
            data = self._store.creation_data(request.connector, request.participants, now)
            try:
                session = self._opened(request, data, key, now, attempt)
            except ServiceError:
                # The first request may have taken the last number, or come before a `Disabled`.
                if proxy_session_id and self._made_earlier(key, now):
                    return self._repeated(request, key)
                raise
            addition = self._store.add(session, now)
            if addition is Addition.ADDED:
                self._record(SessionRecord.of(Change.OPENED, session))
                return Creation(session, is_new=True)
            if addition is Addition.ID_TAKEN:
                return self._repeated(request, key)
        raise _too_much_traffic()

    def get(self, key: SessionKey) -> ProxySession:
        """Return a session as it is now, or raise NotFoundError."""
        now = self._clock()
        return rules.as_of(self._readable(key, now), now)

    def update(self, request: UpdateRequest) -> ProxySession:
        """Change a session and restart its expiry clock.

        Raises:
            BadRequestError: the session is closed, or the request breaks a rule.
            NotFoundError: there is none.
        """
        rules.check_terms(request)
        updated = self._change(
            request.key, lambda session, now: rules.updated(session, request, now)
        )
        self._record(SessionRecord.of(Change.UPDATED, updated))
        return updated

    def use(self, key: SessionKey, use: rules.Use) -> ProxySession:
        """Record a text, or the end of whatever call is up, and restart the expiry clock.

        Raises:
            BadRequestError: the session is closed.
            NotFoundError: there is none.
        """
        return self._change(key, lambda session, now: rules.used(session, use, now))

    def connect(self, contact: Contact) -> Connection | Refusal:
        """Return the person a call or a text reaches, and record the use of the session.

        A contact that comes again under the id of an earlier one is recorded once.
        """
        for _ in range(_ATTEMPTS):
            now = self._clock()
            session = self._behind(contact)
            reached = rules.reached(contact, session, self._fallback_of(session, now), now)
            if session is None or isinstance(reached, Refusal):
                return reached
            if reached.session is None or reached.is_repeated:
                return reached
            used = rules.contacted(session, contact, self.call_limit, now)
            if self._store.replace(session, used):
                return reached
            # Somebody else changed the session meanwhile: decide again.
        raise _too_much_traffic()

    def end_call(self, end: End) -> ProxySession | None:
        """Record the end of a call, and restart the expiry clock of its session.

        Returns:
            The session after the call; None if it is not the session's last one, or if its end was
            reported before.
        """
        refused = None
        for _ in range(_ATTEMPTS):
            now = self._clock()
            session = self._behind(end.contact)
            ended = rules.call_ended(session, end, now)
            after = ended or rules.ended_before_start(session, end, now)
            # If nobody has changed it since, its number went to another session.
            if session is None or after is None or session == refused:
                return None
            if self._store.replace(session, after):
                return ended
            refused = session
        raise _too_much_traffic()

    def session_of(self, contact: Contact) -> ProxySession | None:
        """Return the session that was used by a contact; None if that is no longer known."""
        session = self._behind(contact)
        return session if session and contact.reference in session.contacts else None

    def delete(self, key: SessionKey) -> None:
        """Remove a session, whatever its status, or raise NotFoundError."""
        now = self._clock()
        session = self._readable(key, now)
        if not self._store.remove(session, now):
            raise _no_such_session(key)
        self._record(SessionRecord.of(Change.DELETED, session))

    def list(self, request: ListRequest) -> Page:
        """Return a part of a connector's sessions, oldest first.

        A session that exists from the first page to the last is listed once, even if others come
        and go. One request reads a thousand sessions at most, so a page by status may be short or
        empty and still be followed by another.

        Raises:
            NotFoundError: the connector has no proxy configuration and no sessions.
        """
        now = self._clock()
        found, position = self._read(request, now)
        if len(found) > request.max_results:
            page = found[: request.max_results]
            return Page(page, page[-1].position)
        if not found:
            self._check_known(request.connector, now)
        return Page(found, position)

    def _behind(self, contact: Contact) -> ProxySession | None:
        return self._store.session_behind(
            contact.region, contact.proxy_phone_number, contact.sender
        )

    def _opened(
        self,
        request: CreateRequest,
        data: CreationData,
        key: SessionKey,
        now: datetime,
        attempt: int,
    ) -> ProxySession:
        configuration = rules.configured(data.configuration, request.connector)
        rules.check_not_disabled(configuration)
        skipped = random.randrange(4**attempt)  # noqa: S311 - spreads simultaneous creations
        number = choose_number(request, self._pool, data, now=now, skipped=skipped)
        session = rules.opened(request, configuration, key=key, proxy_phone_number=number, now=now)
        return replace(session, retention=self._retention)

    def _made_earlier(self, key: SessionKey, now: datetime) -> bool:
        session = self._store.session(key)
        return session is not None and readable(session, now)

    def _repeated(self, request: CreateRequest, key: SessionKey) -> Creation:
        session = self._store.session(key)
        if session is None:
            msg = "The session of this idempotency key was deleted; use another key for a new one"
            raise ConflictError(msg)
        if session.request_digest != digest(request):
            msg = "This idempotency key was used for another request; use another key"
            raise ConflictError(msg)
        return Creation(rules.as_of(session, self._clock()), is_new=False)

    def _fallback_of(
        self, session: ProxySession | None, now: datetime
    ) -> ProxyConfiguration | None:
        """Read the configuration of a session, if it is closed: only then a call falls back."""
        if session is None or now < session.expires_at:
            return None
        return self._store.configuration(session.key.connector)

    def _read(
        self, request: ListRequest, now: datetime
    ) -> tuple[tuple[ProxySession, ...], Position | None]:
        """Read sessions until there is one more than a page holds, or the thousand is read."""
        only_open = request.status in (Status.OPEN, Status.IN_PROGRESS)
        limit = max(request.max_results + 1, _READ_BY_STATUS if request.status else 0)
        found: list[ProxySession] = []
        position = request.after
        for _ in range(0, _READ_AT_MOST, limit):
            part = self._store.sessions_after(
                request.connector, position, limit, now=now, only_open=only_open
            )
            found += _matching(request, part.sessions, now)
            position = part.position
            if position is None or len(found) > request.max_results:
                break
        return tuple(found), position

    def _readable(self, key: SessionKey, now: datetime) -> ProxySession:
        session = self._store.session(key)
        if session is None or not readable(session, now):
            raise _no_such_session(key)
        return session

    def _change(
        self, key: SessionKey, changed: Callable[[ProxySession, datetime], ProxySession]
    ) -> ProxySession:
        refused = None
        now = self._clock()
        while (before := self._readable(key, now)) != refused:
            after = changed(before, now)
            if self._store.replace(before, after):
                return after
            refused = before
            now = self._clock()
        # Nobody changed the session, so it expired and its number went to another one.
        raise rules.closed_session_error()

    def _check_known(self, connector: Connector, now: datetime) -> None:
        part = self._store.sessions_after(connector, None, 1, now=now)
        if not part.sessions and part.position is None:
            self.get_configuration(connector)


def _matching(
    request: ListRequest, sessions: Sequence[ProxySession], now: datetime
) -> Iterator[ProxySession]:
    shown = (rules.as_of(session, now) for session in sessions if readable(session, now))
    return (one for one in shown if request.status in (None, one.status))


def _too_much_traffic() -> UnavailableError:
    return UnavailableError("Too many changes at the same time; try again")


def _no_such_session(key: SessionKey) -> NotFoundError:
    # The id is not repeated: a caller may have sent a phone number in its place.
    connector = key.connector
    return NotFoundError(
        f"Voice connector {connector.voice_connector_id} has no such proxy session in "
        f"{connector.region}; list its sessions with ListProxySessions"
    )
