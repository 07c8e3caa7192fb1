"""Create, Update and Delete of a proxy session: one request in, one outcome out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.attributes import session_attributes
from chime_proxy_provider.decision import Change, compare, is_already
from chime_proxy_provider.errors import (
    InvalidRequest,
    NetworkFailure,
    NotFound,
    ProviderError,
    ServiceInternalError,
)
from chime_proxy_provider.event import RequestType
from chime_proxy_provider.freshness import is_fresh
from chime_proxy_provider.physical_id import SessionId, says_nothing_created
from chime_proxy_provider.session_name import resource_prefix, session_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chime_proxy_provider.event import Request
    from chime_proxy_provider.schema import Schema
    from chime_proxy_provider.sessions import Session, Sessions


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a successful request is answered with."""

    physical_id: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The provider's decisions, carried out on the sessions that it is given."""

    schema: Schema
    sessions: Sessions
    now: Callable[[], datetime]

    def carry_out(self, request: Request) -> Outcome:
        """Do what the request asks for, with the fewest calls that it needs.

        Raises:
            ProviderError: why it cannot be done.
        """
        match request.request_type:
            case RequestType.CREATE:
                return self._create(request, self._properties(request))
            case RequestType.UPDATE:
                return self._update(request, self._properties(request))
            case RequestType.DELETE:
                return self._delete(request)

    def _properties(self, request: Request) -> Mapping[str, Any]:
        properties = self.schema.recast(request.properties)
        self.schema.check(properties)
        return properties

    def _create(self, request: Request, properties: Mapping[str, Any]) -> Outcome:
        if properties.get("Name"):
            return self._outcome(self.sessions.create(properties), properties)
        named = {**properties, "Name": session_name(request.address)}
        return self._outcome(self._create_once(request, named), properties)

    def _create_once(self, request: Request, named: Mapping[str, Any]) -> Session:
        if not is_fresh(request.address.response_url, self.now()):
            earlier = self._find(named)
            if earlier:
                return earlier
        try:
            return self.sessions.create(named)
        except (ServiceInternalError, NetworkFailure):
            with suppress(ProviderError):
                created = self._find(named)
                if created:
                    return created
            raise

    def _find(self, named: Mapping[str, Any]) -> Session | None:
        try:
            return next(self.sessions.named(named["VoiceConnectorId"], named["Name"]), None)
        except NotFound:
            return None

    def _update(self, request: Request, properties: Mapping[str, Any]) -> Outcome:
        session_id = SessionId.parse(request.physical_resource_id)
        session = self._changed(request, session_id, properties) if session_id else None
        return self._outcome(session, properties) if session else self._create(request, properties)

    def _changed(
        self, request: Request, session_id: SessionId, properties: Mapping[str, Any]
    ) -> Session | None:
        """The session with its properties as asked for, or None where it takes a new one."""
        old = self.schema.recast(request.old_properties)
        match compare(self.schema, old, properties):
            case Change.REPLACEMENT:
                session = self._open(session_id)
                prefix = resource_prefix(request.address)
                if session and is_already(self.schema, session, old, properties, prefix):
                    return self._updated(session_id, properties)
                return None
            case Change.IN_PLACE:
                return self._updated(session_id, properties)
            case Change.NOTHING:
                return self._open(session_id)

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

    def _delete(self, request: Request) -> Outcome:
        physical_id = request.physical_resource_id
        session_id = SessionId.parse(physical_id)
        if session_id:
            self._delete_session(session_id)
        elif not says_nothing_created(physical_id):
            self._sweep(request)
        return Outcome(physical_id, {})

    def _delete_session(self, session_id: SessionId) -> None:
        with suppress(NotFound):
            self.sessions.delete(session_id)

    def _sweep(self, request: Request) -> None:
        """Delete what a Create left whose answer never reached CloudFormation."""
        connector = request.properties.get("VoiceConnectorId")
        if not isinstance(connector, str) or request.properties.get("Name"):
            return
        with suppress(NotFound):
            for session in list(self.sessions.named(connector, resource_prefix(request.address))):
                self._delete_session(SessionId(connector, session["ProxySessionId"]))

    def _outcome(self, session: Session, properties: Mapping[str, Any]) -> Outcome:
        return Outcome(
            physical_id=str(SessionId(properties["VoiceConnectorId"], session["ProxySessionId"])),
            attributes=session_attributes(
                session, properties["ParticipantPhoneNumbers"], self.schema.attributes
            ),
        )


def _unless_closed(session: Session) -> Session | None:
    return None if session.get("Status") == "Closed" else session
