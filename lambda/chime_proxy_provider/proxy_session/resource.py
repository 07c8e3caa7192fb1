"""`Custom::ChimeProxySession`: the resource type of a proxy session."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from chime_proxy_provider.cloudformation.event import RequestType
from chime_proxy_provider.cloudformation.marker_id import interrupted_request
from chime_proxy_provider.errors import InvalidRequest, NotFound, ProviderError
from chime_proxy_provider.lifecycle.change import Change
from chime_proxy_provider.lifecycle.desired_state import resolve
from chime_proxy_provider.lifecycle.resource_type import Created, ResourceType
from chime_proxy_provider.lifecycle.schema import Schema
from chime_proxy_provider.proxy_session.api import Sessions, key_of, unless_closed
from chime_proxy_provider.proxy_session.attributes import session_attributes
from chime_proxy_provider.proxy_session.comparison import differences, has_participants
from chime_proxy_provider.proxy_session.creation import Creation
from chime_proxy_provider.proxy_session.name import resource_prefix, session_name
from chime_proxy_provider.proxy_session.rollback import Rollback, RollbackPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.change import Update
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import Dependencies
    from chime_proxy_provider.proxy_session.api import Session

SCHEMA = Schema.load(Path(__file__).with_name("schema.json"))


@dataclass(frozen=True, slots=True)
class ProxySessionType(ResourceType):
    """Proxy sessions.

    A missing or closed session is replaced by a new one. So is a session with a participant's
    earlier number, if the secret or parameter has changed.
    """

    dependencies: Dependencies
    sessions: Sessions
    schema = SCHEMA

    @classmethod
    def of(cls, dependencies: Dependencies) -> Self:
        """The resource type with its calls."""
        sessions = Sessions(
            dependencies.client, dependencies.retry, knows_keys=dependencies.knows_keys
        )
        return cls(dependencies, sessions)

    def desired(self, declared: Mapping[str, Any]) -> DesiredState:
        """The desired state for declared properties, with participants' numbers read."""
        reveal = declared.get("RevealParticipantPhoneNumbers", False)
        return resolve(SCHEMA, self.dependencies.references, declared, reveal=reveal)

    def create(self, request: Request, desired: DesiredState) -> Created:
        """Create a session, or adopt the declared one."""
        session_id = desired.declared.get("AdoptProxySessionId")
        if session_id and request.request_type is RequestType.CREATE:
            return Created(self._adopted(session_id, desired), is_new=False)
        creation = Creation(self.sessions, self.dependencies.now)
        return creation.create(request.address, desired.properties)

    def read(self, key: Key, desired: DesiredState) -> Session | None:
        """Read the session; None if it has to be replaced."""
        return _unless_outdated(self.sessions.alive(key), desired)

    def update(self, key: Key, desired: DesiredState) -> Session | None:
        """Change capabilities and expiry in place; None if the session has to be replaced."""
        try:
            return _unless_outdated(self.sessions.update(key, desired.properties), desired)
        except (InvalidRequest, NotFound):
            # The API has no error of its own for a session that is closed.
            if self.sessions.alive(key):
                raise
            return None

    def delete(self, key: Key) -> None:
        """Delete the session."""
        self.sessions.delete(key)

    def rollback_target(self, update: Update) -> Key | None:
        """The session to return to after a rolled back update; deletes the update's own sessions."""
        current = self.sessions.alive(update.key)
        rollback = self._rollback(update)
        if update.change is Change.REPLACEMENT:
            plan = rollback.from_replacement(current)
        else:
            plan = rollback.from_removal(current) if current else RollbackPlan(None)
        for session in plan.delete:
            # The update goes on: a session that stays closes by itself.
            with suppress(ProviderError):
                rollback.sessions.delete(key_of(session))
        return key_of(plan.keep) if plan.keep else None

    def find_untracked(self, update: Update) -> Key | None:
        """A session of the resource with the desired properties, found by its derived name."""
        found = self._rollback(update).other_session(None)
        return key_of(found) if found else None

    def leftovers(self, request: Request) -> Iterable[Key] | None:
        """The sessions of the resource, found by their derived names.

        A session with a name of the user's own may be another resource's, so it is not looked for.
        """
        connector = request.properties.get("VoiceConnectorId")
        if not _is_voice_connector_id(connector) or request.properties.get("Name"):
            return None
        with suppress(NotFound):
            found = list(self.sessions.named(connector, _sweep_prefix(request)))
            return [{**key_of(session), "VoiceConnectorId": connector} for session in found]
        return None

    def attributes(self, model: Session, desired: DesiredState) -> Mapping[str, str]:
        """The session's fields, with participants in the declared order."""
        numbers = desired.properties["ParticipantPhoneNumbers"]
        return session_attributes(model, numbers, desired.hidden, SCHEMA.attributes)

    def _adopted(self, session_id: str, desired: DesiredState) -> Session:
        connector = desired.properties["VoiceConnectorId"]
        key = {"VoiceConnectorId": connector, "ProxySessionId": session_id}
        sessions = self.sessions.patient
        existing = sessions.alive(key)
        if existing is None:
            msg = (
                "AdoptProxySessionId must be the id of an open session of the voice connector; "
                "list them with ListProxySessions"
            )
            raise NotFound(msg)
        others = differences(SCHEMA, existing, desired.properties)
        if others:
            msg = (
                f"cannot adopt the session of AdoptProxySessionId: its {', '.join(others)} differ "
                "from the declared values; declare the session's own"
            )
            raise InvalidRequest(msg)
        return sessions.update(key, desired.properties)

    def _rollback(self, update: Update) -> Rollback:
        # The permission for a voice connector that the update moves to is as new as a Create's.
        moves = update.key["VoiceConnectorId"] != update.desired.properties["VoiceConnectorId"]
        sessions = self.sessions.patient if moves else self.sessions
        dependencies = self.dependencies
        return Rollback(SCHEMA, sessions, dependencies.references, dependencies.now, update)


def _sweep_prefix(request: Request) -> str:
    """Name prefix to sweep when the Delete's physical id is not a session's."""
    interrupted = interrupted_request(request.physical_resource_id)
    if interrupted:
        # The resource may have been created anew since.
        return session_name(request.address, interrupted)
    return resource_prefix(request.address)


def _unless_outdated(session: Session | None, desired: DesiredState) -> Session | None:
    alive = unless_closed(session) if session else None
    return alive if alive and has_participants(alive, desired) else None


def _is_voice_connector_id(value: object) -> TypeGuard[str]:
    form: str = SCHEMA.inputs["properties"]["VoiceConnectorId"]["pattern"]
    return isinstance(value, str) and re.fullmatch(form, value) is not None
