"""Physical ids: `<VoiceConnectorId>/<ProxySessionId>`, or a marker where no session came to be.

The id alone is enough for a Delete. Ids are shown in the console and cannot be masked, so they
hold nothing else.
"""

import re
from dataclasses import dataclass
from typing import Self, TypeGuard

# The form of a voice connector's id keeps markers, and the ids that CloudFormation invents for a
# cancelled Create, from being taken for sessions.
_CONNECTOR = r"[a-z0-9]{21,22}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SESSION = re.compile(rf"({_CONNECTOR})/(\S.{{0,127}})")
_NOTHING_CREATED = "create-failed/"
_PERHAPS_CREATED = "create-interrupted/"


@dataclass(frozen=True, slots=True)
class SessionId:
    """What names a session in every API call."""

    voice_connector_id: str
    proxy_session_id: str

    def __str__(self) -> str:
        return f"{self.voice_connector_id}/{self.proxy_session_id}"

    @classmethod
    def parse(cls, physical_id: str) -> Self | None:
        """The session that a physical id names, or None for a marker or a foreign id."""
        match = _SESSION.fullmatch(physical_id)
        return cls(match[1], match[2]) if match else None


def is_voice_connector_id(value: object) -> TypeGuard[str]:
    """Whether a value has the form of a voice connector's id."""
    return isinstance(value, str) and re.fullmatch(_CONNECTOR, value) is not None


def nothing_created(request_id: str) -> str:
    """The id of a Create that failed and left no session: its Delete needs no call."""
    return f"{_NOTHING_CREATED}{request_id}"


def perhaps_created(request_id: str) -> str:
    """The id of a Create with an unknown end: its Delete looks for the session by name."""
    return f"{_PERHAPS_CREATED}{request_id}"


def says_nothing_created(physical_id: str) -> bool:
    """Whether the id is the marker of a Create that left no session."""
    return physical_id.startswith(_NOTHING_CREATED)
