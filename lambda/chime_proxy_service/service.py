"""The eight operations: read from the store, decide by the rules, write to the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from chime_proxy_service import rules
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey
from chime_proxy_service.store import Store

Clock = Callable[[], datetime]
_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `position` is where the next one goes on, if there may be one."""

    sessions: tuple[ProxySession, ...]
    position: Position | None


def new_session_id() -> str:
    """Make an id shaped like AWS's."""
    return str(uuid4())


class ProxySessionService:
    """Proxy sessions, and the proxy configurations of voice connectors.

    Args:
        store: where both are kept.
        pool: the proxy numbers to be handed out. Regions share none of their state, so each
            hands out all of them.
        clock: tells the time, with a zone.
        new_id: makes an id that no session has.
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
            BadRequestError: the session could not work, or no proxy number is free.
            ForbiddenError: the connector's proxy configuration is disabled.
            NotFoundError: it has none.
        """
        rules.check_participants(request.participants)
        rules.check_terms(request)
        configuration = rules.enabled(self.get_configuration(request.connector))
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
            BadRequestError: the session is closed, or could not work.
            NotFoundError: there is none.
        """
        rules.check_terms(request)
        return self._change(request.key, lambda session, now: rules.updated(session, request, now))

    def use(self, key: SessionKey, use: rules.Use) -> ProxySession:
        """Note that a call or a text came through, and restart the expiry clock.

        Raises:
            BadRequestError: the session is closed.
            NotFoundError: there is none.
        """
        return self._change(key, lambda session, now: rules.used(session, use, now))

    def connect(self, contact: Contact) -> Connection | Refusal:
        """Tell whom a call or a text reaches, and note that the session was used by it."""
        while True:
            now = self._clock()
            session = self._store.session_behind(
                contact.region, contact.proxy_phone_number, contact.sender
            )
            fate = rules.reached(contact, session, self._configuration_of(session), now)
            if session is None or isinstance(fate, Refusal) or fate.session is None:
                return fate
            # Lost to somebody who changed the session meanwhile, it is decided anew.
            if self._store.replace(session, rules.used(session, rules.use_of(contact), now)):
                return fate

    def delete(self, key: SessionKey) -> None:
        """Remove a session, whatever its status, or raise NotFoundError."""
        self._readable(key, self._clock())
        if not self._store.remove(key):
            raise _no_such_session(key)

    def list(self, request: ListRequest) -> Page:
        """Return a part of a connector's sessions, oldest first.

        A session that is there from a list's first page to its last is in it once, whatever comes
        and goes meanwhile. One request looks at a thousand sessions at most, however many there
        are: a page by status may be short, or empty, and yet be followed by another.

        Raises:
            NotFoundError: the connector has no proxy configuration and no sessions.
        """
        limit = request.max_results + 1 if request.status is None else _LOOKED_AT
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
        return rules.choose_number(
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
        # Nobody changed it meanwhile: it expired, and its number went to another session.
        raise rules.closed()

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
    # The id is not repeated: anything may stand in its place, a phone number too.
    connector = key.connector
    return NotFoundError(
        f"Voice connector {connector.voice_connector_id} has no such proxy session in "
        f"{connector.region}; list what it has with ListProxySessions"
    )
