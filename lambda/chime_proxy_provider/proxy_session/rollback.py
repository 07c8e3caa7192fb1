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

from chime_proxy_provider.cloudformation.request_age import signing_time
from chime_proxy_provider.errors import InvalidRequest, ProviderError
from chime_proxy_provider.lifecycle.desired_state import resolve
from chime_proxy_provider.proxy_session.api import key_of
from chime_proxy_provider.proxy_session.comparison import differences, is_already, leaves_no_trace
from chime_proxy_provider.proxy_session.name import resource_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from chime_proxy_provider.aws.number_references import NumberReferences
    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.schema import Schema
    from chime_proxy_provider.proxy_session.api import Session, Sessions

# Rarely does an update take longer that replaces a session and then fails.
_LONGEST_STACK_UPDATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rollback:
    """Finds the session that an Update goes back to.

    A session with a name of the user's own cannot be told from anybody else's: it is looked for
    by its id alone.

    Args:
        schema: the resource's.
        sessions: where to look.
        references: what old properties may refer to.
        now: the time.
        request: the Update.
        desired: what it asks for.
    """

    schema: Schema
    sessions: Sessions
    references: NumberReferences
    now: Callable[[], datetime]
    request: Request
    desired: DesiredState

    def replaced_session(self, current: Session | None, old: Mapping[str, Any]) -> Session | None:
        """The session to go back to from a replacement, where there is one already.

        Args:
            current: the session that CloudFormation knows; None if it is gone or closed.
            old: the properties that it takes for that session's, recast.
        """
        if current and self._is_made_of(current, old):
            self._delete_attempts(self._attempts(current, old))
            return current
        is_over = current and not self._is_recent(current)
        earlier = None if is_over else self.other_session(current) or self._adopted(current)
        if not current and not earlier:
            self._delete_attempts(self._attempts(None, old))
        return earlier

    def first_session(self, current: Session) -> Session | None:
        """The session before the current one, if an update made that one for want of a property.

        Where it failed instead, what it may have left is deleted.
        """
        others = list(self._others(current))
        before = [one for one in others if not _is_older(current, one.get("CreatedTimestamp"))]
        if before and self._is_recent(current):
            return before[-1]
        self._delete_attempts([one for one in others if one not in before])
        return self._adopted(current) if self._is_recent(current) else None

    def other_session(self, current: Session | None) -> Session | None:
        """A session other than the current one that is what the request asks for."""
        return next(self._others(current), None)

    def _others(self, current: Session | None) -> Iterator[Session]:
        connector = self.desired.properties["VoiceConnectorId"]
        if not self.desired.properties.get("Name"):
            for session in self.sessions.named(connector, self._prefix):
                if not _is_same(session, current) and self._is_already(session, self.desired):
                    yield session

    def _adopted(self, current: Session | None) -> Session | None:
        """The session that the resource was created for, if it was put aside."""
        session_id = self.desired.declared.get("AdoptProxySessionId", "")
        if not session_id or (current and current["ProxySessionId"] == session_id):
            return None
        connector = self.desired.properties["VoiceConnectorId"]
        key = {"VoiceConnectorId": connector, "ProxySessionId": session_id}
        adopted = self.sessions.alive(key)
        return adopted if adopted and self._has(adopted, self.desired) else None

    def _is_made_of(self, current: Session, old: Mapping[str, Any]) -> bool:
        """Whether the request goes back to the current session, and not to one before it."""
        if self._is_already(current, self.desired):
            either = (self.desired.declared, self.desired.properties)
            tells = not any(leaves_no_trace(self.schema, old, new) for new in either)
            return tells or not self._may_be(current, old, self._is_already)
        return self._has(current, self.desired) and not self._may_be(current, old, self._has)

    def _may_be(
        self,
        current: Session,
        old: Mapping[str, Any],
        fits: Callable[[Session, DesiredState], bool],
    ) -> bool:
        """Whether the current session may be what the request takes back."""
        try:
            self.schema.check(old)
        except InvalidRequest:
            return False
        try:
            return fits(current, self._resolved(old))
        except ProviderError:
            return True

    def _attempts(self, current: Session | None, old: Mapping[str, Any]) -> Iterator[Session]:
        """What a failed replacement left if its end was not known when it failed."""
        if old.get("Name") or not self._sent:
            return
        self.schema.check(old)
        attempted = self._resolved(old)
        for session in self.sessions.named(old["VoiceConnectorId"], self._prefix):
            if self._is_already(session, attempted) and not _is_same(session, current):
                yield session

    def _delete_attempts(self, attempts: Iterable[Session]) -> None:
        """Delete what failed replacements left.

        What was made after CloudFormation sent this request is not of an attempt before it: a
        request that is delivered again, when others have followed, must not touch it.
        """
        with suppress(ProviderError):
            for session in list(attempts):
                if self._is_recent(session) and _is_older(session, self._sent):
                    self.sessions.delete(key_of(session))

    def _resolved(self, properties: Mapping[str, Any]) -> DesiredState:
        return resolve(self.schema, self.references, properties, reveal=False)

    def _is_already(self, session: Session, desired: DesiredState) -> bool:
        return is_already(self.schema, session, desired, self._prefix)

    def _has(self, session: Session, desired: DesiredState) -> bool:
        return not differences(self.schema, session, desired.properties)

    def _is_recent(self, session: Session) -> bool:
        created = session.get("CreatedTimestamp")
        return created is not None and self.now() - created < _LONGEST_STACK_UPDATE

    @property
    def _prefix(self) -> str:
        return resource_prefix(self.request.address)

    @property
    def _sent(self) -> datetime | None:
        signed = signing_time(self.request.address.response_url)
        # The signature tells the second that the request was sent in, not when in it.
        return signed and signed + timedelta(seconds=1)


def _is_older(session: Session, moment: datetime | None) -> bool:
    created = session.get("CreatedTimestamp")
    return created is not None and moment is not None and created < moment


def _is_same(session: Session, current: Session | None) -> bool:
    return current is not None and session["ProxySessionId"] == current["ProxySessionId"]
