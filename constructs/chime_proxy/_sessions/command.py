"""Runs `chime-proxy sessions`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import boto3

from chime_proxy._deployed.api import find_sessions, proxy_sessions_at
from chime_proxy._deployed.endpoint import URL_SETTING
from chime_proxy._sessions.report import shown


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
    return shown(stacks, number, datetime.now(UTC), width=width, as_data=as_data)
