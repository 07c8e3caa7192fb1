"""`Custom::ChimeProxySession`: a proxy session as a type of resource."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from chime_proxy_provider.cloudformation.event import RequestType
from chime_proxy_provider.cloudformation.marker_id import interrupted_request
from chime_proxy_provider.errors import InvalidRequest, NotFound
from chime_proxy_provider.lifecycle.desired_state import resolve
from chime_proxy_provider.lifecycle.resource_type import Created, ResourceType
from chime_proxy_provider.lifecycle.schema import Schema
from chime_proxy_provider.proxy_session.api import Sessions, key_of, unless_closed
from chime_proxy_provider.proxy_session.attributes import session_attributes
from chime_proxy_provider.proxy_session.comparison import differences, has_participants
from chime_proxy_provider.proxy_session.creation import Creation
from chime_proxy_provider.proxy_session.name import resource_prefix, session_name
from chime_proxy_provider.proxy_session.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import Dependencies
    from chime_proxy_provider.proxy_session.api import Session

SCHEMA = Schema.load(Path(__file__).with_name("schema.json"))


@dataclass(frozen=True, slots=True)
class ProxySessionType(ResourceType):
    """Proxy sessions.

    A session that is closed takes a new one, and so does one whose participants are no longer
    those that the references stand for.
    """

    dependencies: Dependencies
    sessions: Sessions
    schema = SCHEMA

    @classmethod
    def of(cls, dependencies: Dependencies) -> Self:
        """The sessions that can be reached by some dependencies."""
        return cls(dependencies, Sessions(dependencies.client, dependencies.retry))

    def desired(self, declared: Mapping[str, Any]) -> DesiredState:
        """What a session shall be, its participants read where they are references."""
        reveal = declared.get("RevealParticipantPhoneNumbers", False)
        return resolve(SCHEMA, self.dependencies.references, declared, reveal=reveal)

    def create(self, request: Request, desired: DesiredState) -> Created:
        """Make a session, unless the resource is created for one that exists already."""
        session_id = desired.declared.get("AdoptProxySessionId")
        if session_id and request.request_type is RequestType.CREATE:
            return Created(self._adopted(session_id, desired), is_new=False)
        return Creation(self.sessions, self.dependencies.now).create(
            request.address, desired.properties
        )

    def read(self, key: Key, desired: DesiredState) -> Session | None:
        """The session, unless it takes a new one."""
        return _if_it_will_do(self.sessions.alive(key), desired)

    def update(self, key: Key, desired: DesiredState) -> Session | None:
        """The session with capabilities and minutes as asked for, unless it takes a new one."""
        try:
            return _if_it_will_do(self.sessions.update(key, desired.properties), desired)
        except (InvalidRequest, NotFound):
            # The API has no error of its own for a session that is closed.
            if self.sessions.alive(key):
                raise
            return None

    def delete(self, key: Key) -> None:
        """Delete the session."""
        self.sessions.delete(key)

    def replaced(
        self, request: Request, key: Key, old: Mapping[str, Any], desired: DesiredState
    ) -> Key | None:
        """The session that is there already if the replacement is one that is taken back."""
        rollback = self._rollback(request, desired, key)
        earlier = rollback.replaced_session(self.sessions.alive(key), old)
        return key_of(earlier) if earlier else None

    def given_back(self, request: Request, key: Key, desired: DesiredState) -> Key | None:
        """The session before this one, if an update made this one for want of a property."""
        current = self.sessions.alive(key)
        first = self._rollback(request, desired).first_session(current) if current else None
        return key_of(first) if first else None

    def unknown(self, request: Request, desired: DesiredState) -> Key | None:
        """A session that the resource has already, since the one that is known is gone."""
        found = self._rollback(request, desired).other_session(None)
        return key_of(found) if found else None

    def leftovers(self, request: Request) -> Iterable[Key] | None:
        """The sessions of the resource, by their name.

        One with a name of the user's own cannot be told from anybody else's.
        """
        connector = request.properties.get("VoiceConnectorId")
        if not _is_voice_connector_id(connector) or request.properties.get("Name"):
            return None
        with suppress(NotFound):
            found = list(self.sessions.named(connector, _swept(request)))
            return [{**key_of(session), "VoiceConnectorId": connector} for session in found]
        return None

    def attributes(self, model: Session, desired: DesiredState) -> Mapping[str, str]:
        """The session's fields, its participants in the order declared."""
        numbers = desired.properties["ParticipantPhoneNumbers"]
        return session_attributes(model, numbers, desired.hidden, SCHEMA.attributes)

    def _adopted(self, session_id: str, desired: DesiredState) -> Session:
        """A session that was made elsewhere; an earlier delivery may have adopted it already."""
        connector = desired.properties["VoiceConnectorId"]
        key = {"VoiceConnectorId": connector, "ProxySessionId": session_id}
        sessions = self.sessions.patient
        existing = sessions.alive(key)
        if existing is None:
            msg = "AdoptProxySessionId must be the id of a session of the connector that is open"
            raise NotFound(msg)
        others = differences(SCHEMA, existing, desired.properties)
        if others:
            msg = f"the session of AdoptProxySessionId has other {', '.join(others)}: declare those"
            raise InvalidRequest(msg)
        return sessions.update(key, desired.properties)

    def _rollback(
        self, request: Request, desired: DesiredState, key: Key | None = None
    ) -> Rollback:
        dependencies, connector = self.dependencies, desired.properties["VoiceConnectorId"]
        # The permission to serve another connector than before is as new as that of a Create.
        moves = key is not None and key["VoiceConnectorId"] != connector
        sessions = self.sessions.patient if moves else self.sessions
        return Rollback(
            SCHEMA, sessions, dependencies.references, dependencies.now, request, desired
        )


def _swept(request: Request) -> str:
    """What the names begin with of the sessions that a Delete by no session's id is about."""
    interrupted = interrupted_request(request.physical_resource_id)
    if interrupted:
        # The resource may have been made anew since.
        return session_name(request.address, interrupted)
    return resource_prefix(request.address)


def _if_it_will_do(session: Session | None, desired: DesiredState) -> Session | None:
    alive = unless_closed(session) if session else None
    return alive if alive and has_participants(alive, desired) else None


def _is_voice_connector_id(value: object) -> TypeGuard[str]:
    form: str = SCHEMA.inputs["properties"]["VoiceConnectorId"]["pattern"]
    return isinstance(value, str) and re.fullmatch(form, value) is not None
