"""A store in the memory of one process; everything is lost when the process ends."""

import heapq
from bisect import bisect_left, bisect_right, insort
from datetime import datetime
from threading import Lock

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey


class MemoryStore:
    """Dictionaries behind a lock, indexed so that a write never searches through the sessions.

    `_holders` maps a participant of a region to its proxy numbers, and each of those to its open
    session, or to the last one that was open.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._configurations: dict[Connector, ProxyConfiguration] = {}
        self._sessions: dict[SessionKey, ProxySession] = {}
        self._positions: dict[Connector, list[Position]] = {}
        self._holders: dict[tuple[str, str], dict[str, SessionKey]] = {}
        self._last_numbers: dict[tuple[Connector, frozenset[str]], str] = {}
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
        return self._sessions.get(key)

    def session_behind(
        self, region: str, proxy_phone_number: str, participant: str
    ) -> ProxySession | None:
        """Read the session of a participant that has a proxy number."""
        with self._lock:
            key = self._holders.get((region, participant), {}).get(proxy_phone_number)
            return None if key is None else self._sessions[key]

    def sessions_after(
        self, connector: Connector, position: Position | None, limit: int
    ) -> list[ProxySession]:
        """Read up to `limit` of a connector's sessions after a position, in order."""
        with self._lock:
            positions = self._positions.get(connector, [])
            start = 0 if position is None else bisect_right(positions, position)
            part = positions[start : start + limit]
            return [self._sessions[SessionKey(connector, session_id)] for _, session_id in part]

    def busy_numbers(
        self, region: str, participants: tuple[str, str], now: datetime
    ) -> frozenset[str]:
        """Read the proxy numbers of every open session of either participant in a region."""
        with self._lock:
            return frozenset(
                number
                for participant in participants
                for number, key in self._holders.get((region, participant), {}).items()
                if self._sessions[key].expires_at > now
            )

    def last_number(self, connector: Connector, participants: tuple[str, str]) -> str | None:
        """Read the number a connector last gave these participants."""
        return self._last_numbers.get((connector, frozenset(participants)))

    def add(self, session: ProxySession, now: datetime) -> bool:
        """Add a new session, unless its number is busy."""
        with self._lock:
            if any(holder.expires_at > now for holder in self._holders_of(session)):
                return False
            self._insert(session)
            return True

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session, unless it has changed or lost its number."""
        with self._lock:
            if self._holders_of(before) != [before, before]:
                return False
            self._sessions[after.key] = after
            return True

    def remove(self, key: SessionKey) -> bool:
        """Remove a session."""
        with self._lock:
            return self._drop(key)

    def forget(self, expired_before: datetime) -> None:
        """Remove the sessions that expired before a time."""
        with self._lock:
            while self._expiries and self._expiries[0][0] < expired_before:
                _, key = heapq.heappop(self._expiries)
                session = self._sessions.get(key)
                if session and session.expires_at >= expired_before:
                    heapq.heappush(self._expiries, (session.expires_at, key))
                else:
                    self._drop(key)

    def _holders_of(self, session: ProxySession) -> list[ProxySession]:
        region, number = session.key.connector.region, session.proxy_phone_number
        numbers = [self._holders.get((region, one), {}) for one in session.participants]
        return [self._sessions[keys[number]] for keys in numbers if number in keys]

    def _insert(self, session: ProxySession) -> None:
        key, number = session.key, session.proxy_phone_number
        for participant in session.participants:
            self._holders.setdefault((key.connector.region, participant), {})[number] = key
        self._sessions[key] = session
        insort(self._positions.setdefault(key.connector, []), session.position)
        self._last_numbers[key.connector, frozenset(session.participants)] = number
        heapq.heappush(self._expiries, (session.expires_at, key))

    def _drop(self, key: SessionKey) -> bool:
        session = self._sessions.pop(key, None)
        if session is None:
            return False
        positions = self._positions[key.connector]
        del positions[bisect_left(positions, session.position)]
        for participant in session.participants:
            self._release((key.connector.region, participant), session)
        return True

    def _release(self, participant: tuple[str, str], session: ProxySession) -> None:
        numbers = self._holders.get(participant, {})
        if numbers.get(session.proxy_phone_number) == session.key:
            del numbers[session.proxy_phone_number]
        if not numbers:
            self._holders.pop(participant, None)
