"""The protocol of a store of sessions and configurations, for any database.

Every method is atomic and may be called from several threads or containers. Nothing is locked
between a read and a write: `add` and `replace` return False if somebody else was faster. A session
counts as open until its `expires_at`.
"""

from datetime import datetime
from typing import Protocol

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey


class Store(Protocol):
    """Configurations and sessions, kept apart by region."""

    def configuration(self, connector: Connector) -> ProxyConfiguration | None:
        """Read a connector's configuration."""

    def put_configuration(self, connector: Connector, configuration: ProxyConfiguration) -> None:
        """Set a connector's configuration in place of any it has."""

    def remove_configuration(self, connector: Connector) -> None:
        """Remove a connector's configuration, if it has one."""

    def session(self, key: SessionKey) -> ProxySession | None:
        """Read a session."""

    def session_behind(
        self, region: str, proxy_phone_number: str, participant: str
    ) -> ProxySession | None:
        """Read the session of a participant that has a proxy number.

        If none is open, return the last one that was, as long as the store keeps it.
        """

    def sessions_after(
        self, connector: Connector, position: Position | None, limit: int
    ) -> list[ProxySession]:
        """Read up to `limit` of a connector's sessions after a position, in order; None: the first."""

    def busy_numbers(
        self, region: str, participants: tuple[str, str], now: datetime
    ) -> frozenset[str]:
        """Read the proxy numbers of every open session of either participant in a region."""

    def last_number(self, connector: Connector, participants: tuple[str, str]) -> str | None:
        """Read the number a connector last gave these participants, in either order."""

    def add(self, session: ProxySession, now: datetime) -> bool:
        """Add a new session.

        Return False and add nothing if one of its participants is in an open session with the
        same proxy number.
        """

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session.

        Return False and change nothing if the stored session is no longer `before`, or if this
        one expired and its proxy number went to another session.
        """

    def remove(self, key: SessionKey) -> bool:
        """Remove a session; return False if there is none."""

    def forget(self, expired_before: datetime) -> None:
        """Remove the sessions that expired before a time; the store may do so later."""
