"""Runs `python -m chime_proxy drift`."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from chime_proxy._drift.comparison import DeclaredSession, SessionDrift, compared, not_checked
from chime_proxy._drift.deployed_stack import StackNotReadError, declared_sessions
from chime_proxy._drift.endpoint import URL_SETTING, Endpoint, endpoint_at
from chime_proxy._drift.providers import Client, EndpointUnknownError, Providers
from chime_proxy._drift.report import NOT_LOOKED, as_json, exit_code, table
from chime_proxy.sdk import sign_for_api_gateway

Drifts: TypeAlias = dict[str, list[SessionDrift]]

_NO_URL = "the endpoint {} is not a URL such as https://calls.example.com"
_NO_SESSION = "the response has no session"
_NO_CONNECTION = (NoConnectionError, HTTPClientError)
# The SDK's minute, five times, is long for an API that is switched off.
_SECONDS_TO_CONNECT = Config(connect_timeout=5)


def drift(stack_names: Sequence[str], *, as_data: bool, environment: Mapping[str, str]) -> int:
    """Print the drift of stacks and return the exit code.

    Args:
        stack_names: the names or ids of the stacks.
        as_data: print JSON in place of a table.
        environment: the environment variables. `AWS_ENDPOINT_URL_CHIME_SDK_VOICE` is the API's
            endpoint. Default: that of each session's provider.
    """
    override = environment.get(URL_SETTING) or None
    try:
        drifts = find_drifts(stack_names, boto3.client, proxy_sessions_at, override)
    # The SDK raises ValueError and OSError for settings, such as an endpoint or a missing file.
    except (StackNotReadError, BotoCoreError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return NOT_LOOKED
    sys.stdout.write(f"{_shown(drifts, as_data=as_data)}\n")
    return exit_code([one for of_stack in drifts.values() for one in of_stack])


@cache
def proxy_sessions_at(endpoint: Endpoint) -> Any:
    """Make a client for an endpoint."""
    made = boto3.client(
        "chime-sdk-voice", endpoint_url=endpoint.url or None, config=_SECONDS_TO_CONNECT
    )
    if endpoint.is_http_api:
        made.meta.events.register("before-sign", sign_for_api_gateway)
    return made


def find_drifts(
    stack_names: Sequence[str],
    client: Client,
    proxy_sessions_at: Callable[[Endpoint], Any],
    override: str | None,
) -> Drifts:
    """Find the drift of every session, by stack.

    After a failed connection the other sessions of the same endpoint are not checked.

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

    def look(declared: DeclaredSession) -> SessionDrift:
        try:
            endpoint = _endpoint(declared, providers, override)
            proxy_sessions = proxy_sessions_at(endpoint)
        except EndpointUnknownError as error:
            return not_checked(declared, str(error))
        except ValueError:
            return not_checked(declared, _NO_URL.format(endpoint.url))
        if endpoint in no_answer:
            return not_checked(declared, no_answer[endpoint])
        try:
            return _looked_at(declared, proxy_sessions)
        except _NO_CONNECTION as error:
            no_answer[endpoint] = type(error).__name__
            return not_checked(declared, no_answer[endpoint])

    return {
        name: [look(declared) for declared in declared_sessions(cloudformation, name)]
        for name in stack_names
    }


def _endpoint(declared: DeclaredSession, providers: Providers, override: str | None) -> Endpoint:
    if override:
        return endpoint_at(override)
    return declared.endpoint or providers.endpoint(declared.provider)


def _looked_at(declared: DeclaredSession, proxy_sessions: Any) -> SessionDrift:
    connector, _, session = declared.physical_id.partition("/")
    try:
        answer = proxy_sessions.get_proxy_session(
            VoiceConnectorId=connector, ProxySessionId=session
        )
    except proxy_sessions.exceptions.NotFoundException:
        return compared(declared, None)
    except ClientError as error:
        return not_checked(declared, error.response["Error"]["Code"])
    except _NO_CONNECTION:
        raise
    except BotoCoreError as error:
        return not_checked(declared, type(error).__name__)
    session = answer.get("ProxySession")
    return compared(declared, session) if session else not_checked(declared, _NO_SESSION)


def _shown(drifts: Drifts, *, as_data: bool) -> str:
    if as_data:
        stacks = [as_json(name, of_stack) for name, of_stack in drifts.items()]
        return json.dumps({"Stacks": stacks}, indent=2)
    return "\n".join(table(name, of_stack) for name, of_stack in drifts.items())
