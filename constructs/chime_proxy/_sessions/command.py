"""Runs `chime-proxy sessions`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import boto3

from chime_proxy._deployed.api import find_sessions, proxy_sessions_at
from chime_proxy._deployed.endpoint import URL_SETTING
from chime_proxy._deployed.session import FoundSession
from chime_proxy._sessions.listing import has_number, listed
from chime_proxy._sessions.report import as_json, table

SHOWN, IN_NONE, NOT_READ = 0, 1, 2


def sessions(
    stack_names: Sequence[str],
    number: str | None,
    *,
    width: int | None,
    as_data: bool,
    environment: Mapping[str, str],
) -> tuple[str, int]:
    """Return the sessions of stacks as text, and the exit code.

    Args:
        stack_names: the names or ids of the stacks.
        number: leave out the sessions that it is not in. None: show all.
        width: of the terminal. None: lines may be of any length.
        as_data: return JSON in place of a table.
        environment: the environment variables. `AWS_ENDPOINT_URL_CHIME_SDK_VOICE` is the API's
            endpoint. Default: that of each session's provider.

    Raises:
        StackNotReadError: a stack or its template cannot be read.
    """
    override = environment.get(URL_SETTING) or None
    stacks = find_sessions(stack_names, boto3.client, proxy_sessions_at, override)
    now = datetime.now(UTC)
    shown = {
        name: [
            session
            for session, one in zip(listed(found, now), found, strict=True)
            # A session that could not be read may be the one.
            if number is None or one.reason or has_number(one, number)
        ]
        for name, found in stacks.items()
    }
    code = _exit_code([one for found in stacks.values() for one in found], number)
    if as_data:
        of_stacks = [as_json(name, of_stack) for name, of_stack in shown.items()]
        return json.dumps({"Stacks": of_stacks}, indent=2), code
    return "\n".join(table(name, of_stack, width) for name, of_stack in shown.items()), code


def _exit_code(found: Sequence[FoundSession], number: str | None) -> int:
    if any(one.reason for one in found):
        return NOT_READ
    if number is not None and not any(has_number(one, number) for one in found):
        return IN_NONE
    return SHOWN
