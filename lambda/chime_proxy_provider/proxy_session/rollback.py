"""Plans the rollback of an update that replaced a session.

CloudFormation marks no Update as a rollback: it sends the earlier properties as new ones. So every
update with a replacement is compared with the existing sessions of the resource.

Example: an update adds the name "Ride 7" to a session. If the update fails before a session with
that name exists, CloudFormation still knows the session without a name, and the rollback asks for
one without: the plan keeps it. If it fails afterwards, CloudFormation knows the session with the
name, and the plan keeps the other.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from chime_proxy_provider.cloudformation.request_age import signing_time
from chime_proxy_provider.errors import InvalidRequest, ProviderError
from chime_proxy_provider.lifecycle.desired_state import resolve
from chime_proxy_provider.proxy_session.comparison import (
    differences,
    is_invisible_in_session,
    is_replacement_for,
)
from chime_proxy_provider.proxy_session.name import resource_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chime_proxy_provider.aws.number_references import NumberReferences
    from chime_proxy_provider.lifecycle.change import Update
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.schema import Properties, Schema
    from chime_proxy_provider.proxy_session.api import Session, Sessions

# Rarely does an update take longer that replaces a session and then fails.
_LONGEST_STACK_UPDATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """The sessions to keep and to delete.

    Args:
        keep: the session to return to; None if the update is no rollback, or the session is gone.
        delete: sessions of the failed update.
    """

    keep: Session | None
    delete: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class Rollback:
    """Reads the sessions of a resource and plans; changes nothing.

    A session with a name of the user's own may be another resource's: it is found by its id alone.

    Args:
        schema: the resource's.
        sessions: the API.
        references: reads the references of old properties.
        now: the clock.
        update: the update, perhaps a rollback.
    """

    schema: Schema
    sessions: Sessions
    references: NumberReferences
    now: Callable[[], datetime]
    update: Update

    def from_replacement(self, current: Session | None) -> RollbackPlan:
        """Plan an update with a replacement.

        Args:
            current: the session known to CloudFormation; None if it is gone or closed.
        """
        if current and self._is_target(current):
            return RollbackPlan(current, self._attempts(current))
        is_over = current and not self._is_recent(current)
        earlier = None if is_over else self.other_session(current) or self._adopted(current)
        attempts = () if current or earlier else self._attempts(None)
        return RollbackPlan(earlier, attempts)

    def from_removal(self, current: Session) -> RollbackPlan:
        """Plan an update that declares a property again, after its removal replaced the session.

        Args:
            current: the session known to CloudFormation.
        """
        others = list(self._others(current))
        before = [one for one in others if not _is_older(current, one.get("CreatedTimestamp"))]
        if before and self._is_recent(current):
            return RollbackPlan(before[-1])
        attempts = self._failed(one for one in others if one not in before)
        return RollbackPlan(self._adopted(current) if self._is_recent(current) else None, attempts)

    def other_session(self, current: Session | None) -> Session | None:
        """A session of the resource, other than the current one, with the desired properties."""
        return next(self._others(current), None)

    def _others(self, current: Session | None) -> Iterator[Session]:
        properties = self.update.desired.properties
        if not properties.get("Name"):
            for session in self.sessions.named(properties["VoiceConnectorId"], self._prefix):
                if not _is_same(session, current) and self._is_made_of(session, properties):
                    yield session

    def _adopted(self, current: Session | None) -> Session | None:
        """The session of AdoptProxySessionId, if an update replaced it."""
        desired = self.update.desired
        session_id = desired.declared.get("AdoptProxySessionId", "")
        if not session_id or (current and current["ProxySessionId"] == session_id):
            return None
        connector = desired.properties["VoiceConnectorId"]
        key = {"VoiceConnectorId": connector, "ProxySessionId": session_id}
        adopted = self.sessions.alive(key)
        return adopted if adopted and self._has(adopted, desired.properties) else None

    def _is_target(self, current: Session) -> bool:
        """True if the rollback returns to the current session, False if to an earlier one."""
        schema, desired = self.schema, self.update.desired
        if is_replacement_for(schema, current, desired.properties, self._prefix):
            either = (desired.declared, desired.properties)
            if not any(is_invisible_in_session(schema, self.update.old, new) for new in either):
                return True
            return not self._may_be_of_old_properties(current, self._is_made_of)
        has_all = self._has(current, desired.properties)
        return has_all and not self._may_be_of_old_properties(current, self._has)

    def _may_be_of_old_properties(
        self, current: Session, fits: Callable[[Session, Properties], bool]
    ) -> bool:
        """True if the current session may be the one to roll back."""
        try:
            self.schema.check(self.update.old)
        except InvalidRequest:
            return False
        try:
            return fits(current, self._old().properties)
        except ProviderError:
            return True

    def _attempts(self, current: Session | None) -> tuple[Session, ...]:
        """Sessions of failed replacements; none if they cannot be listed."""
        with suppress(ProviderError):
            return self._failed(self._of_old_properties(current))
        return ()

    def _of_old_properties(self, current: Session | None) -> Iterator[Session]:
        old = self.update.old
        if old.get("Name") or not self._sent:
            return
        self.schema.check(old)
        properties = self._old().properties
        for session in self.sessions.named(old["VoiceConnectorId"], self._prefix):
            if self._is_made_of(session, properties) and not _is_same(session, current):
                yield session

    def _failed(self, sessions: Iterator[Session]) -> tuple[Session, ...]:
        """Select the sessions of failed replacements before this request.

        A session younger than the request belongs to a later one: this is a second delivery.
        """
        return tuple(
            session
            for session in sessions
            if self._is_recent(session) and _is_older(session, self._sent)
        )

    def _old(self) -> DesiredState:
        return resolve(self.schema, self.references, self.update.old, reveal=False)

    def _is_made_of(self, session: Session, properties: Properties) -> bool:
        return is_replacement_for(self.schema, session, properties, self._prefix)

    def _has(self, session: Session, properties: Properties) -> bool:
        return not differences(self.schema, session, properties)

    def _is_recent(self, session: Session) -> bool:
        created = session.get("CreatedTimestamp")
        return created is not None and self.now() - created < _LONGEST_STACK_UPDATE

    @property
    def _prefix(self) -> str:
        return resource_prefix(self.update.request.address)

    @property
    def _sent(self) -> datetime | None:
        signed = signing_time(self.update.request.address.response_url)
        # The signature names the second in which the request was sent, not the moment.
        return signed and signed + timedelta(seconds=1)


def _is_older(session: Session, moment: datetime | None) -> bool:
    created = session.get("CreatedTimestamp")
    return created is not None and moment is not None and created < moment


def _is_same(session: Session, current: Session | None) -> bool:
    return current is not None and session["ProxySessionId"] == current["ProxySessionId"]
