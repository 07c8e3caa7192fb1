"""Create, Update and Delete of a proxy session: one request in, one outcome out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.api_error import UNREADABLE
from chime_proxy_provider.attributes import session_attributes
from chime_proxy_provider.creation import Created, Creation
from chime_proxy_provider.decision import Change, compare
from chime_proxy_provider.desired_state import resolve
from chime_proxy_provider.errors import (
    InvalidRequest,
    NotFound,
    ProviderError,
    ServiceInternalError,
)
from chime_proxy_provider.event import RequestType
from chime_proxy_provider.freshness import is_fresh, is_stale
from chime_proxy_provider.physical_id import SessionId
from chime_proxy_provider.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chime_proxy_provider.deletion import Deletion
    from chime_proxy_provider.desired_state import DesiredState
    from chime_proxy_provider.event import Request
    from chime_proxy_provider.references import References
    from chime_proxy_provider.schema import Schema
    from chime_proxy_provider.sessions import Session, Sessions


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a successful request is answered with."""

    physical_id: str
    attributes: Mapping[str, str]
    new_session: SessionId | None = None
    """The session that this very request made, if it did."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The provider's decisions, carried out on the sessions that it is given."""

    schema: Schema
    sessions: Sessions
    deletion: Deletion
    references: References
    now: Callable[[], datetime]

    def carry_out(self, request: Request) -> Outcome:
        """Do what the request asks for, with the fewest calls that it needs.

        Raises:
            ProviderError: why it cannot be done.
        """
        match request.request_type:
            case RequestType.CREATE:
                return self._create(request, self._desired(request))
            case RequestType.UPDATE:
                return self._update(request, self._desired(request))
            case RequestType.DELETE:
                self.deletion.delete(request)
                return Outcome(request.physical_resource_id, {})

    def _desired(self, request: Request) -> DesiredState:
        declared = self._declared(request)
        try:
            return resolve(self.schema, self.references, declared)
        except ProviderError as error:
            # An earlier delivery of the event may have got further, and made a session.
            error.leaves_doubt = not is_fresh(request.address.response_url, self.now())
            raise

    def _declared(self, request: Request) -> Mapping[str, Any]:
        if is_stale(request.address.response_url, self.now(), request.patience):
            raise _too_late()
        properties = self.schema.recast(request.properties)
        self.schema.check(properties)
        return properties

    def _create(self, request: Request, desired: DesiredState) -> Outcome:
        created = Creation(self.sessions, self.now).create(request.address, desired.properties)
        try:
            return self._outcome(created.session, desired, is_new=created.is_new)
        except UNREADABLE:
            self._take_back(created, desired)
            msg = "the API's answer describes no session that CloudFormation could be told of"
            raise ServiceInternalError(msg) from None

    def _take_back(self, created: Created, desired: DesiredState) -> None:
        connector = desired.properties["VoiceConnectorId"]
        with suppress(ProviderError):
            if created.is_new:
                session_id = SessionId(connector, created.session["ProxySessionId"])
                self.deletion.delete_session(session_id)

    def _update(self, request: Request, desired: DesiredState) -> Outcome:
        session_id = SessionId.parse(request.physical_resource_id)
        session = self._changed(request, session_id, desired) if session_id else None
        if session is None or not desired.is_met_by(session):
            return self._create(request, desired)
        return self._outcome(session, desired, is_new=False)

    def _changed(
        self, request: Request, session_id: SessionId, desired: DesiredState
    ) -> Session | None:
        """The session with its properties as asked for, or None where it takes a new one."""
        old = self.schema.recast(request.old_properties)
        match compare(self.schema, old, desired.declared):
            case Change.REPLACEMENT:
                made_before = self._made_before(request, session_id, old, desired)
                return self._updated(made_before, desired.properties) if made_before else None
            case Change.IN_PLACE:
                return self._updated(session_id, desired.properties)
            case Change.NOTHING:
                return self._open(session_id)

    def _made_before(
        self,
        request: Request,
        session_id: SessionId,
        old: Mapping[str, Any],
        desired: DesiredState,
    ) -> SessionId | None:
        current = self._open(session_id)
        rollback = Rollback(self.schema, self.sessions, self.deletion, self.references, self.now)
        earlier = rollback.earlier_session(request, current, old, desired)
        connector = desired.properties["VoiceConnectorId"]
        return SessionId(connector, earlier["ProxySessionId"]) if earlier else None

    def _updated(self, session_id: SessionId, properties: Mapping[str, Any]) -> Session | None:
        try:
            return _unless_closed(self.sessions.update(session_id, properties))
        except (InvalidRequest, NotFound):
            # The API has no error of its own for a session that is closed.
            if self._open(session_id):
                raise
            return None

    def _open(self, session_id: SessionId) -> Session | None:
        try:
            return _unless_closed(self.sessions.get(session_id))
        except NotFound:
            return None

    def _outcome(self, session: Session, desired: DesiredState, *, is_new: bool) -> Outcome:
        connector = desired.properties["VoiceConnectorId"]
        session_id = SessionId(connector, session["ProxySessionId"])
        return Outcome(
            physical_id=str(session_id),
            attributes=session_attributes(
                session,
                desired.properties["ParticipantPhoneNumbers"],
                desired.hidden,
                self.schema.attributes,
            ),
            new_session=session_id if is_new else None,
        )


def _unless_closed(session: Session) -> Session | None:
    return None if session.get("Status") == "Closed" else session


def _too_late() -> InvalidRequest:
    # What would be made now nobody would know of, and nobody knows what was made before.
    error = InvalidRequest("the event came after CloudFormation had stopped waiting for an answer")
    error.leaves_doubt = True
    return error
