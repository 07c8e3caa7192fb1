"""The API's calls for proxy sessions. Every failure is a `ProviderError`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from chime_proxy_provider.aws.request_header import request_header
from chime_proxy_provider.aws.retry import PASSING, PASSING_WITH_PERMISSION
from chime_proxy_provider.errors import AccessDenied, NotFound, ServiceInternalError, Throttling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient

    from chime_proxy_provider.aws.retry import Retry
    from chime_proxy_provider.errors import ProviderError
    from chime_proxy_provider.lifecycle.identifier import Key

    Session: TypeAlias = Mapping[str, Any]

_CHANGEABLE = ("Capabilities", "ExpiryMinutes")
# The API refused the call, so a second one creates no second session.
_NOT_TAKEN = (Throttling, AccessDenied)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Calls the API with the function's role, until a deadline."""

    client: Callable[[], ChimeSDKVoiceClient]
    retry: Retry
    passing: tuple[type[ProviderError], ...] = PASSING
    """The failures after which a call is repeated, except CreateProxySession."""
    knows_keys: bool = False
    """True for a service that knows idempotency keys: there CreateProxySession is repeated, too."""

    @property
    def patient(self) -> Sessions:
        """The same calls, repeated while a new permission of the role spreads."""
        return replace(self, passing=PASSING_WITH_PERMISSION)

    def create(self, properties: Mapping[str, Any], idempotency_key: str) -> tuple[Session, bool]:
        """Create a session; also return False if another delivery of the request had created it.

        A service that knows idempotency keys answers a repeated key with the session that there
        is. With another one the call is repeated only if the API refused it. After a
        `ServiceInternalError` or a `NetworkFailure` the session may exist.
        """
        passing = PASSING_WITH_PERMISSION if self.knows_keys else _NOT_TAKEN
        call = partial(self.client().create_proxy_session, **properties)
        attempts = 0

        def create_once() -> tuple[Session, bool]:
            nonlocal attempts
            attempts += 1
            answer = call()
            return _session(answer), _is_repeated(answer)

        with request_header(self.client(), "Idempotency-Key", idempotency_key):
            session, is_repeated = self.retry.call(create_once, passing=passing)
        # After a second attempt, the session may be that of the first.
        return session, attempts > 1 or not is_repeated

    def get(self, key: Key) -> Session:
        """Read the session."""
        call = partial(self.client().get_proxy_session, **key)
        return _session(self.retry.call(call, passing=self.passing))

    def alive(self, key: Key) -> Session | None:
        """Read the session; None if it is gone or closed."""
        with suppress(NotFound):
            return unless_closed(self.get(key))
        return None

    def update(self, key: Key, properties: Mapping[str, Any]) -> Session:
        """Change the capabilities and the minutes to expiry; the API changes nothing else."""
        changeable = {k: properties[k] for k in _CHANGEABLE if k in properties}
        arguments: dict[str, Any] = {**key, **changeable}
        call = partial(self.client().update_proxy_session, **arguments)
        return _session(self.retry.call(call, passing=self.passing))

    def delete(self, key: Key) -> None:
        """Delete the session."""
        self.retry.call(partial(self.client().delete_proxy_session, **key))

    def named(self, voice_connector_id: str, prefix: str) -> Iterator[Session]:
        """The connector's open sessions with a name that begins with `prefix`.

        The project's service lists open sessions without reading the closed ones of 30 days.
        botocore has no paginator for ListProxySessions, so this follows the pages.
        """
        statuses = ({"Status": status} for status in ("Open", "InProgress"))
        for filtered in statuses if self.knows_keys else ({},):
            page: dict[str, Any] = {"VoiceConnectorId": voice_connector_id, **filtered}
            yield from self._named(page, prefix)

    def _named(self, page: dict[str, Any], prefix: str) -> Iterator[Session]:
        while True:
            call = partial(self.client().list_proxy_sessions, **page)
            answer = self.retry.call(call, passing=self.passing)
            for session in filter(unless_closed, _listed(answer)):
                if session.get("Name", "").startswith(prefix):
                    yield session
            if not answer.get("NextToken"):
                return
            page["NextToken"] = answer["NextToken"]


def unless_closed(session: Session) -> Session | None:
    """The session; None if it is closed, and so can be neither used nor changed."""
    return None if session.get("Status") == "Closed" else session


def key_of(session: Session) -> Key:
    """The identifiers of a session."""
    return {name: session[name] for name in ("VoiceConnectorId", "ProxySessionId")}


def _session(answer: Mapping[str, Any]) -> Session:
    session: Session = answer.get("ProxySession", {})
    if not isinstance(session.get("ProxySessionId"), str):
        msg = "the API's response holds no proxy session"
        raise ServiceInternalError(msg)
    return session


def _is_repeated(answer: Mapping[str, Any]) -> bool:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return "idempotent-replayed" in headers


def _listed(answer: Mapping[str, Any]) -> list[Session]:
    # A response that was cut short is no empty list: a second session would be created.
    if "ProxySessions" not in answer:
        msg = "the API's response holds no list of proxy sessions"
        raise ServiceInternalError(msg)
    sessions: list[Session] = answer["ProxySessions"]
    return sessions
