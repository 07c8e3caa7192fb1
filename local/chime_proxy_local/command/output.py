"""Formats what `chime-proxy local up` prints: the stacks' outputs, and commands to try next."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from chime_proxy_local.command.deployment import Output
from chime_proxy_local.console.view import CONSOLE_PATH


def output_table(outputs: Sequence[Output]) -> str:
    """Return the outputs of all stacks, a line each."""
    rows = [(f"{output.stack}.{output.name}", output.value) for output in outputs]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)


def next_steps(env: Path, endpoint: str, commands: Sequence[str]) -> str:
    """Return some lines to try next.

    Args:
        env: the script to source.
        endpoint: the cloud's URL.
        commands: commands to try in the shell that has sourced it.
    """
    lines = [
        f"source {shlex.quote(str(env))}",
        *commands,
        f"open {endpoint}{CONSOLE_PATH} in a browser",
    ]
    return "\n".join(["Try next:", *(f"  {line}" for line in lines)])


def get_session(voice_connector_id: str, session_id: str | None) -> str:
    """Return the AWS CLI's command that shows a session.

    Args:
        voice_connector_id: of the sessions to look at.
        session_id: the session to look at. None: all of the voice connector.
    """
    command = "get-proxy-session" if session_id else "list-proxy-sessions"
    look = f"aws chime-sdk-voice {command} --voice-connector-id {voice_connector_id}"
    return f"{look} --proxy-session-id {session_id}" if session_id else look
