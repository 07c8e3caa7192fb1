"""Reads the sessions of deployed stacks from the API."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from chime_proxy._deployed.endpoint import Endpoint, endpoint_at
from chime_proxy._deployed.providers import Client, EndpointUnknownError, Providers
from chime_proxy._deployed.session import DeclaredSession, FoundSession
from chime_proxy._deployed.stack import declared_sessions
from chime_proxy.sdk import sign_for_api_gateway

_NO_URL = "the endpoint {} is not a URL such as https://calls.example.com"
_NO_SESSION = "the response has no session"
_NO_CONNECTION = (NoConnectionError, HTTPClientError)
# The SDK's minute, five times, is long for an API that is switched off.
_SECONDS_TO_CONNECT = Config(connect_timeout=5)


@cache
def proxy_sessions_at(endpoint: Endpoint) -> Any:
    """Make a client for an endpoint."""
    made = boto3.client(
        "chime-sdk-voice", endpoint_url=endpoint.url or None, config=_SECONDS_TO_CONNECT
    )
    if endpoint.is_http_api:
        made.meta.events.register("before-sign", sign_for_api_gateway)
    return made


def find_sessions(
    stack_names: Sequence[str],
    client: Client,
    proxy_sessions_at: Callable[[Endpoint], Any],
    override: str | None,
) -> dict[str, list[FoundSession]]:
    """Read every session by GetProxySession, by stack.

    After a failed connection the other sessions of the same endpoint are not read.

    Args:
        stack_names: the names or ids of the stacks.
        client: makes the client of a service, such as `cloudformation`.
        proxy_sessions_at: makes a client for an endpoint.
        override: the address for all sessions. Default: that of each session's provider.

    Raises:
        StackNotReadError: a stack or its template cannot be read.
    """
    providers = Providers(client)
    cloudformation = client("cloudformation")
    no_answer: dict[Endpoint, str] = {}

    def look(declared: DeclaredSession) -> FoundSession:
        try:
            endpoint = _endpoint(declared, providers, override)
            proxy_sessions = proxy_sessions_at(endpoint)
        except EndpointUnknownError as error:
            return FoundSession(declared=declared, reason=str(error))
        except ValueError:
            return FoundSession(declared=declared, reason=_NO_URL.format(endpoint.url))
        if endpoint in no_answer:
            return FoundSession(declared=declared, reason=no_answer[endpoint])
        try:
            return _looked_at(declared, proxy_sessions)
        except _NO_CONNECTION as error:
            no_answer[endpoint] = type(error).__name__
            return FoundSession(declared=declared, reason=no_answer[endpoint])

    return {
        name: [look(declared) for declared in declared_sessions(cloudformation, name)]
        for name in stack_names
    }


def _endpoint(declared: DeclaredSession, providers: Providers, override: str | None) -> Endpoint:
    if override:
        return endpoint_at(override)
    return declared.endpoint or providers.endpoint(declared.provider)


def _looked_at(declared: DeclaredSession, proxy_sessions: Any) -> FoundSession:
    connector, _, session = declared.physical_id.partition("/")
    try:
        answer = proxy_sessions.get_proxy_session(
            VoiceConnectorId=connector, ProxySessionId=session
        )
    except proxy_sessions.exceptions.NotFoundException:
        return FoundSession(declared=declared)
    except ClientError as error:
        return FoundSession(declared=declared, reason=error.response["Error"]["Code"])
    except _NO_CONNECTION:
        raise
    except BotoCoreError as error:
        return FoundSession(declared=declared, reason=type(error).__name__)
    actual = answer.get("ProxySession")
    return FoundSession(declared=declared, actual=actual, reason="" if actual else _NO_SESSION)
