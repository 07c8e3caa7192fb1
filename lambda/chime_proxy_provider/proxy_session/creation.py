"""Making a session once, however often the request for it is delivered.

CreateProxySession has no client token. A session is recognized as a request's own by the name
that is derived for it; one that the user named, by that name, its participants and the time.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.cloudformation.request_age import is_fresh, signing_time
from chime_proxy_provider.errors import (
    NetworkFailure,
    NotFound,
    ProviderError,
    ServiceInternalError,
)
from chime_proxy_provider.lifecycle.resource_type import Created
from chime_proxy_provider.proxy_session.name import session_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chime_proxy_provider.cloudformation.event import ReturnAddress
    from chime_proxy_provider.proxy_session.api import Session, Sessions


@dataclass(frozen=True, slots=True)
class Creation:
    """Makes sessions."""

    sessions: Sessions
    now: Callable[[], datetime]

    def create(self, address: ReturnAddress, properties: Mapping[str, Any]) -> Created:
        """Make the session of a request, or find the one that an earlier delivery made.

        A fresh event costs one call.

        Raises:
            ProviderError: there is none, or, where the error leaves doubt, none to be found.
        """
        named = {**properties, "Name": properties.get("Name") or session_name(address)}
        if not is_fresh(address.response_url, self.now()):
            earlier = self._find_earlier(address, named)
            if earlier:
                return Created(earlier, is_new=False)
        try:
            return Created(self.sessions.create(named), is_new=True)
        except (ServiceInternalError, NetworkFailure):
            with suppress(ProviderError):
                lost = self._find(address, named)
                if lost:
                    return Created(lost, is_new=True)
            raise

    def _find_earlier(self, address: ReturnAddress, named: Mapping[str, Any]) -> Session | None:
        try:
            return self._find(address, named)
        except ProviderError as error:
            # Whatever keeps it from being seen, an earlier delivery may have made a session.
            error.outcome_unknown = True
            raise

    def _find(self, address: ReturnAddress, named: Mapping[str, Any]) -> Session | None:
        with suppress(NotFound):
            for session in self.sessions.named(named["VoiceConnectorId"], named["Name"]):
                if _is_of_request(session, address, named):
                    return session
        return None


def _is_of_request(session: Session, address: ReturnAddress, named: Mapping[str, Any]) -> bool:
    if session.get("Name") != named["Name"]:
        return False
    return named["Name"] == session_name(address) or _is_since(session, address, named)


def _is_since(session: Session, address: ReturnAddress, named: Mapping[str, Any]) -> bool:
    """Whether a session with the user's name was made for these participants since the request."""
    signed, created = signing_time(address.response_url), session.get("CreatedTimestamp")
    numbers = sorted(end.get("PhoneNumber", "") for end in session.get("Participants", []))
    return (
        signed is not None
        and isinstance(created, datetime)
        and created >= signed
        and numbers == sorted(named["ParticipantPhoneNumbers"])
    )
