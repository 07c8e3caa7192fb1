"""Creates a session once, however often CloudFormation's request is delivered.

Every delivery sends the same idempotency key, and a service that knows such keys creates one session
for it. AWS's own API knows none. There a later delivery finds the session of an earlier one by a
name derived from the request. A session named by the user is not looked for: one with the same name
and participants may be another resource's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.cloudformation.request_age import is_fresh
from chime_proxy_provider.errors import (
    NetworkFailure,
    NotFound,
    ProviderError,
    ServiceInternalError,
)
from chime_proxy_provider.lifecycle.resource_type import Created
from chime_proxy_provider.proxy_session.name import idempotency_key, session_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chime_proxy_provider.cloudformation.event import ReturnAddress
    from chime_proxy_provider.proxy_session.api import Session, Sessions


@dataclass(frozen=True, slots=True)
class Creation:
    """Creates sessions."""

    sessions: Sessions
    now: Callable[[], datetime]

    def create(self, address: ReturnAddress, properties: Mapping[str, Any]) -> Created:
        """Create the session of a request, or find the one from an earlier delivery.

        A fresh event costs one call.

        Raises:
            ProviderError: no session was created; or, if `outcome_unknown`, none was found.
        """
        if properties.get("Name"):
            return self._new(address, properties)
        named = {**properties, "Name": session_name(address)}
        if not is_fresh(address.response_url, self.now()):
            earlier = self._find_earlier(named)
            if earlier:
                return Created(earlier, is_new=False)
        try:
            return self._new(address, named)
        except (ServiceInternalError, NetworkFailure):
            with suppress(ProviderError):
                lost = self._find(named)
                if lost:
                    return Created(lost, is_new=True)
            raise

    def _new(self, address: ReturnAddress, properties: Mapping[str, Any]) -> Created:
        session, is_new = self.sessions.create(properties, idempotency_key(address))
        return Created(session, is_new=is_new)

    def _find_earlier(self, named: Mapping[str, Any]) -> Session | None:
        try:
            return self._find(named)
        except ProviderError as error:
            # An earlier delivery may have created a session that cannot be seen now.
            error.outcome_unknown = True
            raise

    def _find(self, named: Mapping[str, Any]) -> Session | None:
        with suppress(NotFound):
            for session in self.sessions.named(named["VoiceConnectorId"], named["Name"]):
                if session.get("Name") == named["Name"]:
                    return session
        return None
