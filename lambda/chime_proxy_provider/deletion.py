"""Deleting a session, or whatever a request left that CloudFormation knows no session of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chime_proxy_provider.errors import GeneralServiceException, NotFound
from chime_proxy_provider.physical_id import SessionId, is_voice_connector_id, says_nothing_created
from chime_proxy_provider.session_name import resource_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from chime_proxy_provider.event import Request
    from chime_proxy_provider.sessions import Sessions

# A Create that CloudFormation cancelled may still be at work when the Delete arrives.
_SECOND_LOOK_SECONDS = 5.0


class RefusedDeletion(StrEnum):
    """What becomes of a Delete that the API itself refuses, as a service does that has ended."""

    FAIL = "fail"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Deletion:
    """Deletes sessions."""

    sessions: Sessions
    refused: RefusedDeletion
    sleep: Callable[[float], None]

    def delete(self, request: Request) -> None:
        """Delete what the request's physical id stands for.

        One call for a session, none for a Create that left nothing. For any other id, which
        CloudFormation invents when it cancels a Create, the resource's sessions are looked for
        by name.

        Raises:
            ProviderError: something may be left. A session that is gone is no failure.
        """
        physical_id = request.physical_resource_id
        session_id = SessionId.parse(physical_id)
        try:
            if session_id:
                self.delete_session(session_id)
            elif not says_nothing_created(physical_id) and not self._sweep(request):
                self.sleep(_SECOND_LOOK_SECONDS)
                self._sweep(request)
        except GeneralServiceException as error:
            if self.refused is RefusedDeletion.FAIL:
                msg = f"the API refuses; refused_deletion of the provider lets that pass: {error}"
                raise GeneralServiceException(msg) from None

    def delete_session(self, session_id: SessionId) -> None:
        """Delete one session; one that is gone is deleted."""
        with suppress(NotFound):
            self.sessions.delete(session_id)

    def _sweep(self, request: Request) -> bool:
        """Delete the resource's sessions, and say whether there is nothing more to look for.

        A session with a name of the user's own cannot be told from anybody else's.
        """
        connector = request.properties.get("VoiceConnectorId")
        if not is_voice_connector_id(connector) or request.properties.get("Name"):
            return True
        try:
            found = list(self.sessions.named(connector, resource_prefix(request.address)))
        except NotFound:
            return True
        for session in found:
            self.delete_session(SessionId(connector, session["ProxySessionId"]))
        return bool(found)
