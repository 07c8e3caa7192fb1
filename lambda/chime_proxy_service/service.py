"""The eight operations: read from the store, decide by the rules, write to the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from chime_proxy_service import rules
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.number_choice import choose_number
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey
from chime_proxy_service.store import Store

Clock = Callable[[], datetime]
_READ_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `position` is the last position read, None at the end of the list."""

    sessions: tuple[ProxySession, ...]
    position: Position | None


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
    """

    def __init__(
        self,
        store: Store,
        pool: NumberPool,
        *,
        clock: Clock,
        new_id: Callable[[], str] = new_session_id,
    ) -> None:
        self._store = store
        self._pool = pool
        self._clock = clock
        self._new_id = new_id

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

    def create(self, request: CreateRequest) -> ProxySession:
        """Open a session.

        Raises:
            BadRequestError: the request breaks a rule, or no proxy number is free.
            ForbiddenError: the connector's proxy configuration is disabled.
            NotFoundError: the connector has no proxy configuration.
        """
        rules.check_participants(request.participants)
        rules.check_terms(request)
        configuration = self.get_configuration(request.connector)
        rules.check_not_disabled(configuration)
        key = SessionKey(request.connector, self._new_id())
        while True:
            now = self._clock()
            session = rules.opened(
                request,
                configuration,
                key=key,
                proxy_phone_number=self._number(request, configuration, now),
                now=now,
            )
            if self._store.add(session, now):
                self._store.forget(now - rules.RETENTION)
                return session

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
        return self._change(request.key, lambda session, now: rules.updated(session, request, now))

    def use(self, key: SessionKey, use: rules.Use) -> ProxySession:
        """Record a call or a text, and restart the expiry clock.

        Raises:
            BadRequestError: the session is closed.
            NotFoundError: there is none.
        """
        return self._change(key, lambda session, now: rules.used(session, use, now))

    def connect(self, contact: Contact) -> Connection | Refusal:
        """Return the person a call or a text reaches, and record the use of the session."""
        while True:
            now = self._clock()
            session = self._store.session_behind(
                contact.region, contact.proxy_phone_number, contact.sender
            )
            reached = rules.reached(contact, session, self._configuration_of(session), now)
            if session is None or isinstance(reached, Refusal) or reached.session is None:
                return reached
            # Somebody else changed the session meanwhile: decide again.
            if self._store.replace(session, rules.used(session, rules.use_of(contact), now)):
                return reached

    def delete(self, key: SessionKey) -> None:
        """Remove a session, whatever its status, or raise NotFoundError."""
        self._readable(key, self._clock())
        if not self._store.remove(key):
            raise _no_such_session(key)

    def list(self, request: ListRequest) -> Page:
        """Return a part of a connector's sessions, oldest first.

        A session that exists from the first page to the last is listed once, even if others come
        and go. One request reads a thousand sessions at most, so a page by status may be short or
        empty and still be followed by another.

        Raises:
            NotFoundError: the connector has no proxy configuration and no sessions.
        """
        limit = request.max_results + 1 if request.status is None else _READ_AT_MOST
        part = self._store.sessions_after(request.connector, request.after, limit)
        found = self._matching(request, part)
        if not found:
            self._check_known(request.connector)
        if len(found) > request.max_results:
            page = found[: request.max_results]
            return Page(page, page[-1].position)
        return Page(found, part[-1].position if len(part) == limit else None)

    def _number(
        self, request: CreateRequest, configuration: ProxyConfiguration, now: datetime
    ) -> str:
        region = request.connector.region
        return choose_number(
            request,
            configuration,
            self._pool,
            busy=self._store.busy_numbers(region, request.participants, now),
            last=self._store.last_number(request.connector, request.participants),
        )

    def _configuration_of(self, session: ProxySession | None) -> ProxyConfiguration | None:
        return None if session is None else self._store.configuration(session.key.connector)

    def _readable(self, key: SessionKey, now: datetime) -> ProxySession:
        session = self._store.session(key)
        if session is None or not rules.readable(session, now):
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

    def _matching(
        self, request: ListRequest, part: Sequence[ProxySession]
    ) -> tuple[ProxySession, ...]:
        now = self._clock()
        shown = (rules.as_of(session, now) for session in part if rules.readable(session, now))
        return tuple(one for one in shown if request.status in (None, one.status))

    def _check_known(self, connector: Connector) -> None:
        if not self._store.sessions_after(connector, None, 1):
            self.get_configuration(connector)


def _no_such_session(key: SessionKey) -> NotFoundError:
    # The id is not repeated: a caller may have sent a phone number in its place.
    connector = key.connector
    return NotFoundError(
        f"Voice connector {connector.voice_connector_id} has no such proxy session in "
        f"{connector.region}; list its sessions with ListProxySessions"
    )
