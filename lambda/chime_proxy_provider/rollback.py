"""Taking back a replacement, which CloudFormation asks for as for any other update.

It sends an Update with the properties swapped. If the replacement failed, the resource's session
is still the one that the new properties describe; if it succeeded and another resource failed
later, that session was put aside a short time ago. Either way it is there already, with its
number, and a third one would be wrong.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.decision import is_already, leaves_no_trace
from chime_proxy_provider.desired_state import resolve
from chime_proxy_provider.errors import InvalidRequest, ProviderError
from chime_proxy_provider.freshness import signing_time
from chime_proxy_provider.physical_id import SessionId
from chime_proxy_provider.session_name import resource_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chime_proxy_provider.deletion import Deletion
    from chime_proxy_provider.desired_state import DesiredState
    from chime_proxy_provider.event import Request
    from chime_proxy_provider.references import References
    from chime_proxy_provider.schema import Schema
    from chime_proxy_provider.sessions import Session, Sessions

# Rarely does an update take longer that replaces a session and then fails.
_LONGEST_STACK_UPDATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rollback:
    """Finds the session to go back to."""

    schema: Schema
    sessions: Sessions
    deletion: Deletion
    references: References
    now: Callable[[], datetime]

    def earlier_session(
        self,
        request: Request,
        current: Session | None,
        old: Mapping[str, Any],
        desired: DesiredState,
    ) -> Session | None:
        """The session that the new properties describe, where there is one already.

        A session with a name of the user's own cannot be told from anybody else's: for it only
        the current session is looked at.

        Args:
            request: an Update that asks for a replacement.
            current: the session that CloudFormation knows; None if it is gone or closed.
            old: the properties that it takes for that session's, recast.
            desired: what is asked for.
        """
        prefix = resource_prefix(request.address)
        if current and self._is_made_of(current, old, desired, prefix):
            self._delete_attempt(request, current, old)
            return current
        earlier = self._put_aside(current, desired, prefix)
        if not current and not earlier:
            self._delete_attempt(request, None, old)
        return earlier

    def _put_aside(
        self, current: Session | None, desired: DesiredState, prefix: str
    ) -> Session | None:
        new = desired.properties
        if new.get("Name") or (current and not self._is_recent(current)):
            return None
        for session in self.sessions.named(new["VoiceConnectorId"], prefix):
            if not _is_same(session, current) and is_already(self.schema, session, desired, prefix):
                return session
        return None

    def _is_made_of(
        self, current: Session, old: Mapping[str, Any], desired: DesiredState, prefix: str
    ) -> bool:
        is_decidable = self._is_decidable(current, old, desired, prefix)
        return is_decidable and is_already(self.schema, current, desired, prefix)

    def _is_decidable(
        self, current: Session, old: Mapping[str, Any], desired: DesiredState, prefix: str
    ) -> bool:
        """Whether the current session tells which of the properties it was made of."""
        either = (desired.declared, desired.properties)
        if not any(leaves_no_trace(self.schema, old, new) for new in either):
            return True
        try:
            self.schema.check(old)
        except InvalidRequest:
            return True
        try:
            attempted = resolve(self.schema, self.references, old)
        except ProviderError:
            return False
        return not is_already(self.schema, current, attempted, prefix)

    def _delete_attempt(
        self, request: Request, current: Session | None, old: Mapping[str, Any]
    ) -> None:
        """Delete what a failed replacement left if its end was not known when it failed.

        What was made after CloudFormation sent this request is not of an attempt before it: a
        request that is delivered again, when others have followed, must not touch it.
        """
        sent = signing_time(request.address.response_url)
        if old.get("Name") or sent is None:
            return
        prefix = resource_prefix(request.address)
        with suppress(ProviderError):
            self.schema.check(old)
            attempted = resolve(self.schema, self.references, old)
            connector = old["VoiceConnectorId"]
            for session in list(self.sessions.named(connector, prefix)):
                attempt = is_already(self.schema, session, attempted, prefix)
                known = _is_same(session, current)
                if attempt and not known and self._is_recent(session) and _is_older(session, sent):
                    self.deletion.delete_session(SessionId(connector, session["ProxySessionId"]))

    def _is_recent(self, session: Session) -> bool:
        created = session.get("CreatedTimestamp")
        return created is not None and self.now() - created < _LONGEST_STACK_UPDATE


def _is_older(session: Session, moment: datetime) -> bool:
    created = session.get("CreatedTimestamp")
    return created is not None and created < moment


def _is_same(session: Session, current: Session | None) -> bool:
    return current is not None and session["ProxySessionId"] == current["ProxySessionId"]
