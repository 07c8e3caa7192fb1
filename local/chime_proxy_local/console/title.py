"""The names by which a person knows a session."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chime_proxy_service.session import ProxySession

Origins = Mapping[str, str]
"""The stack of a session and its place there, as `Rides/Sessions/ride-7`, by physical id."""

# The provider names a session by hexadecimal digits where its resource has no Name.
_DERIVED_NAME = re.compile(r"[0-9a-f]{30}")


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles for sessions.

    Args:
        origins: the origins of all sessions in stacks.
    """

    origins: Origins

    def origin(self, session: ProxySession) -> str:
        """Return the stack of a session and its place there; empty if it has no stack."""
        key = session.key
        identifier = f"{key.connector.voice_connector_id}/{key.proxy_session_id}"
        return self.origins.get(identifier, "")

    def title(self, session: ProxySession) -> str:
        """Return a session's own name, or its origin if the name is a derived one."""
        name, origin = session.name or "", self.origin(session)
        own = "" if origin and _DERIVED_NAME.fullmatch(name) else name
        return own or origin or "Session without a name"
