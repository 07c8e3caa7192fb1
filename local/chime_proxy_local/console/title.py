"""The names by which a person knows a session."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chime_proxy_service.session import ProxySession

# The provider names a session by hexadecimal digits where its resource has no Name.
_DERIVED_NAME = re.compile(r"[0-9a-f]{30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The resource of a session in its stack.

    Args:
        stack: the stack's name.
        logical_id: the resource's.
        place: the path of the CDK construct, such as `Rides/Sessions/ride-7`; without CDK the
            stack's name and the logical id.
    """

    stack: str
    logical_id: str
    place: str

    @property
    def resource(self) -> str:
        """The stack's name and the logical id."""
        return f"{self.stack}/{self.logical_id}"

    @property
    def key(self) -> str:
        """The construct's own id; for a session of a sessions file, its key there."""
        return self.place.rpartition("/")[2]


Origins = Mapping[str, Origin]
"""The origins of sessions by physical id."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles for sessions.

    Args:
        origins: the origins of all sessions in stacks.
    """

    origins: Origins

    def origin(self, session: ProxySession) -> Origin | None:
        """Return the origin of a session; None if it has no stack."""
        key = session.key
        return self.origins.get(f"{key.connector.voice_connector_id}/{key.proxy_session_id}")

    def title(self, session: ProxySession) -> str:
        """Return a session's own name, or its place in its stack if the name is a derived one."""
        name, origin = session.name or "", self.origin(session)
        if origin and _DERIVED_NAME.fullmatch(name):
            return origin.place
        return name or (origin.place if origin else "Session without a name")
