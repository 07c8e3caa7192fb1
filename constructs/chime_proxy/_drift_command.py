"""`python -m chime_proxy drift`: deployed stacks against the API, as far as AWS shows both."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy._deployed_stack import StackNotReadError, declared_sessions
from chime_proxy._drift import DeclaredSession, SessionDrift, compared, not_checked
from chime_proxy._drift_report import NOT_LOOKED, as_json, exit_code, table

# Without a region or credentials no client can be made; all else shows with the first call.
_ENDPOINT = "AWS_ENDPOINT_URL_CHIME_SDK_VOICE"


def drift(stack_names: Sequence[str], *, as_data: bool, environment: Mapping[str, str]) -> int:
    """Show the drift of stacks and return the exit code.

    Args:
        stack_names: the stacks.
        as_data: whether to print JSON and no table.
        environment: where the API is, if not where the stack's own provider finds it.
    """
    proxy_sessions = cache(partial(_proxy_sessions, environment.get(_ENDPOINT)))
    try:
        cloudformation = boto3.client("cloudformation")
        drifts = {
            name: [
                _looked_at(proxy_sessions, one) for one in declared_sessions(cloudformation, name)
            ]
            for name in stack_names
        }
    except (StackNotReadError, BotoCoreError) as error:
        sys.stderr.write(f"{error}\n")
        return NOT_LOOKED
    sys.stdout.write(f"{_shown(drifts, as_data=as_data)}\n")
    return exit_code([one for of_stack in drifts.values() for one in of_stack])


def _proxy_sessions(override: str | None, endpoint_url: str | None) -> Any:
    return boto3.client("chime-sdk-voice", endpoint_url=override or endpoint_url)


def _looked_at(client_at: Callable[[str | None], Any], declared: DeclaredSession) -> SessionDrift:
    connector, _, session = declared.physical_id.partition("/")
    proxy_sessions = client_at(declared.endpoint_url)
    try:
        answer = proxy_sessions.get_proxy_session(
            VoiceConnectorId=connector, ProxySessionId=session
        )
    except proxy_sessions.exceptions.NotFoundException:
        return compared(declared, None)
    except ClientError as error:
        return not_checked(declared, error.response["Error"]["Code"])
    except BotoCoreError as error:
        return not_checked(declared, type(error).__name__)
    return compared(declared, answer["ProxySession"])


def _shown(drifts: Mapping[str, Sequence[SessionDrift]], *, as_data: bool) -> str:
    if as_data:
        stacks = [as_json(name, of_stack) for name, of_stack in drifts.items()]
        return json.dumps({"Stacks": stacks}, indent=2)
    return "\n".join(table(name, of_stack) for name, of_stack in drifts.items())
