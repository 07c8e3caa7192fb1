"""A store in the memory of one process; everything is lost when the process ends."""

import heapq
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from chime_proxy_service import retention
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey
from chime_proxy_service.store import Addition, CreationData, Part


@dataclass(frozen=True, slots=True)
class _Stored:
    """A session, or the trace of a deleted one."""

    session: ProxySession
    deleted_at: datetime | None = None

    @property
    def used_until(self) -> datetime:
        """The end of the session: its deletion or its expiry."""
        return min(self.deleted_at or self.session.expires_at, self.session.expires_at)

    @property
    def kept_until(self) -> datetime:
        """The time from which nothing of it is needed."""
        kept_until = retention.kept_until(self.session)
        if self.deleted_at is None:
            return kept_until
        return max(kept_until, self.deleted_at + retention.DELETED_ID_KEPT)


class MemoryStore:
    """Dictionaries behind a lock, indexed so that a write never searches through the sessions.

    `_holders` maps a participant of a region to its proxy numbers, and each of those to its open
    session, or to the last one that was open.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._configurations: dict[Connector, ProxyConfiguration] = {}
        self._stored: dict[SessionKey, _Stored] = {}
        self._positions: dict[Connector, list[Position]] = {}
        self._holders: dict[tuple[str, str], dict[str, SessionKey]] = {}
        self._last_numbers: dict[tuple[Connector, frozenset[str]], tuple[str, datetime]] = {}
        self._expiries: list[tuple[datetime, SessionKey]] = []

    def configuration(self, connector: Connector) -> ProxyConfiguration | None:
        """Read a connector's configuration."""
        return self._configurations.get(connector)

    def put_configuration(self, connector: Connector, configuration: ProxyConfiguration) -> None:
        """Set a connector's configuration."""
        with self._lock:
            self._configurations[connector] = configuration

    def remove_configuration(self, connector: Connector) -> None:
        """Remove a connector's configuration, if it has one."""
        with self._lock:
            self._configurations.pop(connector, None)

    def connectors(self) -> tuple[Connector, ...]:
        """Read the connectors that have a configuration or sessions, in order."""
        with self._lock:
            used = (connector for connector, positions in self._positions.items() if positions)
            return tuple(sorted({*self._configurations, *used}))

    def session(self, key: SessionKey) -> ProxySession | None:
        """Read a session."""
        stored = self._stored.get(key)
        return None if stored is None or stored.deleted_at else stored.session

    def session_behind(
        self, region: str, proxy_phone_number: str, participant: str
    ) -> ProxySession | None:
        """Read the session of a participant that has a proxy number."""
        with self._lock:
            key = self._holders.get((region, participant), {}).get(proxy_phone_number)
            return None if key is None else self.session(key)

    def sessions_after(
        self,
        connector: Connector,
        position: Position | None,
        limit: int,
        *,
        now: datetime,  # noqa: ARG002 - closed sessions are not told apart
        only_open: bool = False,  # noqa: ARG002
    ) -> Part:
        """Read up to `limit` of a connector's sessions after a position, in order."""
        with self._lock:
            positions = self._positions.get(connector, [])
            start = 0 if position is None else bisect_right(positions, position)
            part = positions[start : start + limit]
            keys = (SessionKey(connector, session_id) for _, session_id in part)
            more = start + limit < len(positions)
            return Part(
                tuple(self._stored[key].session for key in keys), part[-1] if more else None
            )

    def creation_data(
        self, connector: Connector, participants: tuple[str, str], now: datetime
    ) -> CreationData:
        """Read the data that a creation depends on."""
        with self._lock:
            holders = [self._holders.get((connector.region, one), {}) for one in participants]
            ends = [
                (self._stored[key].used_until, number)
                for numbers in holders
                for number, key in numbers.items()
            ]
            number, until = self._last_numbers.get(
                (connector, frozenset(participants)), (None, now)
            )
            return CreationData(
                configuration=self._configurations.get(connector),
                last_number=number if now < until else None,
                used_until={number: end for end, number in sorted(ends)},
            )

    def add(self, session: ProxySession, now: datetime) -> Addition:
        """Add a new session, unless its id or its number is taken."""
        with self._lock:
            self._forget(now)
            stored = self._stored.get(session.key)
            if stored and not _is_free(stored, now):
                return Addition.ID_TAKEN
            if any(holder.used_until > now for holder in self._holders_of(session)):
                return Addition.NUMBER_TAKEN
            if stored:
                self._drop(stored, now)
            self._insert(session)
            return Addition.ADDED

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session, unless it has changed or lost its number."""
        with self._lock:
            holders = [
                holder.session for holder in self._holders_of(before) if not holder.deleted_at
            ]
            if [(one.key, one.revision) for one in holders] != [(before.key, before.revision)] * 2:
                return False
            self._stored[after.key] = _Stored(after)
            return True

    def remove(self, session: ProxySession, now: datetime) -> bool:
        """Remove a session; its id stays taken for a day."""
        with self._lock:
            stored = self._stored.get(session.key)
            if stored is None or stored.deleted_at:
                return False
            self._unlist(stored.session)
            self._stored[session.key] = replace(stored, deleted_at=now)
            return True

    def _holders_of(self, session: ProxySession) -> list[_Stored]:
        region, number = session.key.connector.region, session.proxy_phone_number
        numbers = [self._holders.get((region, one), {}) for one in session.participants]
        return [self._stored[keys[number]] for keys in numbers if number in keys]

    def _insert(self, session: ProxySession) -> None:
        key, number = session.key, session.proxy_phone_number
        for participant in session.participants:
            self._holders.setdefault((key.connector.region, participant), {})[number] = key
        self._stored[key] = _Stored(session)
        insort(self._positions.setdefault(key.connector, []), session.position)
        kept_until = retention.kept_until(session)
        self._last_numbers[key.connector, frozenset(session.participants)] = number, kept_until
        heapq.heappush(self._expiries, (kept_until, key))

    def _unlist(self, session: ProxySession) -> None:
        positions = self._positions[session.key.connector]
        del positions[bisect_left(positions, session.position)]

    def _forget(self, now: datetime) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            _, key = heapq.heappop(self._expiries)
            stored = self._stored.get(key)
            if stored and stored.kept_until > now:
                heapq.heappush(self._expiries, (stored.kept_until, key))
            elif stored:
                self._drop(stored, now)

    def _drop(self, stored: _Stored, now: datetime) -> None:
        session = stored.session
        if not stored.deleted_at:
            self._unlist(session)
        for participant in session.participants:
            self._release((session.key.connector.region, participant), session)
        pair = session.key.connector, frozenset(session.participants)
        if self._last_numbers.get(pair, ("", now))[1] <= now:
            self._last_numbers.pop(pair, None)
        del self._stored[session.key]

    def _release(self, participant: tuple[str, str], session: ProxySession) -> None:
        numbers = self._holders.get(participant, {})
        if numbers.get(session.proxy_phone_number) == session.key:
            del numbers[session.proxy_phone_number]
        if not numbers:
            self._holders.pop(participant, None)


def _is_free(stored: _Stored, now: datetime) -> bool:
    """Return True if the id of something stored may be used again."""
    if stored.deleted_at:
        return now >= stored.deleted_at + retention.DELETED_ID_KEPT
    return not retention.readable(stored.session, now)
