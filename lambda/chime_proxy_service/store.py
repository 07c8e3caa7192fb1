"""The protocol of a store of sessions and configurations, for any database.

Every method is atomic and may be called from several threads or containers. Nothing is locked
between a read and a write: `add` and `replace` do nothing if somebody else was faster. A session
counts as open until its `expires_at`.

A store that cannot decide in time raises UnavailableError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationData:
    """The stored data that a creation depends on.

    Args:
        configuration: the connector's; None if it has none.
        last_number: the number that the connector last gave these participants, in either order.
        used_until: by proxy number, the end of the last session of either participant in the
            region. It lies in the future if the session is open.
    """

    configuration: ProxyConfiguration | None
    last_number: str | None
    used_until: Mapping[str, datetime]


class Addition(Enum):
    """The result of adding a session."""

    ADDED = "added"
    NUMBER_TAKEN = "one of the participants is in an open session with the same proxy number"
    ID_TAKEN = "there is a session with this id, or it was deleted less than a day ago"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list of sessions; `position` is the last position read, None at the end."""

    sessions: tuple[ProxySession, ...]
    position: Position | None


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
        self,
        connector: Connector,
        position: Position | None,
        limit: int,
        *,
        now: datetime,
        only_open: bool = False,
    ) -> Part:
        """Read up to `limit` of a connector's sessions after a position, in order.

        Args:
            connector: the connector.
            position: None for the beginning.
            limit: 1 or more. A part may have fewer sessions and still not be the last.
            now: the time.
            only_open: leave closed sessions out, as far as the store tells them apart.
        """

    def creation_data(
        self, connector: Connector, participants: tuple[str, str], now: datetime
    ) -> CreationData:
        """Read the data that a creation depends on."""

    def add(self, session: ProxySession, now: datetime) -> Addition:
        """Add a new session, unless its id or its number is taken."""

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session.

        Return False and change nothing if the stored session no longer has the revision of
        `before`, or if it expired and its proxy number went to another session.
        """

    def remove(self, session: ProxySession, now: datetime) -> bool:
        """Remove a session; return False if there is none.

        Its id stays taken for a day, and its number counts as used until now.
        """
