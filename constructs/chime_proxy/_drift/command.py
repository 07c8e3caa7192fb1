"""Runs `chime-proxy drift`."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import boto3

from chime_proxy._deployed.api import find_sessions, proxy_sessions_at
from chime_proxy._deployed.endpoint import URL_SETTING, Endpoint
from chime_proxy._deployed.providers import Client
from chime_proxy._deployed.session import FoundSession
from chime_proxy._drift.comparison import SessionDrift, compared, not_checked
from chime_proxy._drift.report import as_json, exit_code, table

Drifts: TypeAlias = dict[str, list[SessionDrift]]


def drift(
    stack_names: Sequence[str], *, width: int | None, as_data: bool, environment: Mapping[str, str]
) -> tuple[str, int]:
    """Return the drift of stacks as text, and the exit code.

    Args:
        stack_names: the names or ids of the stacks.
        width: of the terminal. None: lines may be of any length.
        as_data: return JSON in place of a table.
        environment: the environment variables. `AWS_ENDPOINT_URL_CHIME_SDK_VOICE` is the API's
            endpoint. Default: that of each session's provider.

    Raises:
        StackNotReadError: a stack or its template cannot be read.
    """
    override = environment.get(URL_SETTING) or None
    drifts = find_drifts(stack_names, boto3.client, proxy_sessions_at, override)
    code = exit_code([one for of_stack in drifts.values() for one in of_stack])
    if as_data:
        stacks = [as_json(name, of_stack) for name, of_stack in drifts.items()]
        return json.dumps({"Stacks": stacks}, indent=2), code
    return "\n".join(table(name, of_stack, width) for name, of_stack in drifts.items()), code


def find_drifts(
    stack_names: Sequence[str],
    client: Client,
    proxy_sessions_at: Callable[[Endpoint], Any],
    override: str | None,
) -> Drifts:
    """Find the drift of every session, by stack; see `find_sessions`."""
    found = find_sessions(stack_names, client, proxy_sessions_at, override)
    return {name: [_compared(session) for session in of_stack] for name, of_stack in found.items()}


def _compared(found: FoundSession) -> SessionDrift:
    if found.reason:
        return not_checked(found.declared, found.reason)
    return compared(found.declared, found.actual)
