"""What the service needs from a store, whatever engine is behind it.

Every method is atomic, and may be called from several threads or containers. Nothing is locked
between two calls: what was read may be outdated by the time it is written, and the writes say so.
A session counts as open until its `expires_at`.
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
        """Read the session in which a proxy number serves a participant, without a search.

        If none is open, it is the last that was, while the store still has that one.
        """

    def sessions_after(
        self, connector: Connector, position: Position | None, limit: int
    ) -> list[ProxySession]:
        """Read up to `limit` of a connector's sessions by position, those after the one given."""

    def busy_numbers(
        self, region: str, participants: tuple[str, str], now: datetime
    ) -> frozenset[str]:
        """Read the proxy numbers of all open sessions in a region that have a participant."""

    def last_number(self, connector: Connector, participants: tuple[str, str]) -> str | None:
        """Read the proxy number that a connector gave these two last, in either order."""

    def add(self, session: ProxySession, now: datetime) -> bool:
        """Add a new session.

        False, and nothing added, if its proxy number is busy for one of its participants.
        """

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session.

        False, and nothing changed, if it is no longer what it was before, or its proxy number
        went to another session because this one expired.
        """

    def remove(self, key: SessionKey) -> bool:
        """Remove a session; False if there is none."""

    def forget(self, expired_before: datetime) -> None:
        """Remove the sessions that expired before a time, now or later."""
