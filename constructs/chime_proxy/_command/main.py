"""The commands of `chime-proxy`."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import click

import chime_proxy
from chime_proxy_local.command.main import local

_NOT_LOOKED = 2
_SDK = ("boto3", "rich")
_COMPLETION = """\b
Completion of commands and options, for bash (also zsh and fish):
  eval "$(_CHIME_PROXY_COMPLETE=bash_source chime-proxy)"
"""
_PERMISSIONS = """\b
Permissions:
  cloudformation:GetTemplate, cloudformation:ListStackResources
  execute-api:Invoke on GET /voice-connectors/* of the service;
    chime:GetProxySession where the provider calls AWS's own endpoint
  lambda:GetFunctionConfiguration, cloudformation:ListExports,
    ssm:GetParameter: only for a provider in another stack

"""
_DRIFT_CODES = """\b
Exit codes:
  0  all are as declared
  1  at least one is closed, missing or modified
  2  at least one could not be checked, or the arguments are wrong
"""
_SESSIONS_CODES = """\b
Exit codes:
  0  shown
  1  the number is in none of them
  2  at least one could not be read, or the arguments are wrong
"""
_stacks = click.option(
    "--stack", "stacks", multiple=True, required=True, metavar="NAME", help="A stack. Repeatable."
)
_as_data = click.option("--json", "as_data", is_flag=True, help="Print JSON in place of a table.")


@click.group(epilog=_COMPLETION)
@click.version_option(package_name="cdk-chime-proxy", message="%(version)s")
def main() -> None:
    """Look at proxy sessions and run a cloud for them on this machine."""


@main.command(epilog=_PERMISSIONS + _SESSIONS_CODES)
@_stacks
@click.option(
    "--number",
    "ask",
    is_flag=True,
    help="Show only the sessions that a number is in. It is asked for, or read from stdin.",
)
@_as_data
def sessions(stacks: tuple[str, ...], *, ask: bool, as_data: bool) -> None:
    """List the sessions of deployed stacks.

    A session has its entry's key in the sessions file, or its construct's id. Participants' numbers
    are never printed. `42+`: 42 minutes are left, counted from the last update. Calls and texts restart
    the clock, and the API does not show them.

    Each session is read by one GetProxySession. Nothing is listed, and no table is read.
    """
    number = _asked_number() if ask else None

    def run() -> tuple[str, int]:
        from chime_proxy._sessions.command import sessions as listed  # noqa: PLC0415 - the SDK is an extra

        return listed(stacks, number, width=_width(), as_data=as_data, environment=os.environ)

    _print("sessions", run)


@main.command(epilog=_PERMISSIONS + _DRIFT_CODES)
@_stacks
@_as_data
def drift(stacks: tuple[str, ...], *, as_data: bool) -> None:
    """Find sessions with other values than their template.

    Compares the sessions of deployed stacks with the answers of GetProxySession.
    """

    def run() -> tuple[str, int]:
        from chime_proxy._drift.command import drift as found  # noqa: PLC0415 - the SDK is an extra

        return found(stacks, width=_width(), as_data=as_data, environment=os.environ)

    _print("drift", run)


@main.command()
def schema() -> None:
    """Print the JSON Schema of a sessions file."""
    from chime_proxy._sessions_file.schema import sessions_schema  # noqa: PLC0415 - for this command alone

    click.echo(json.dumps(sessions_schema(), indent=2))


@main.command()
def aws_data_path() -> None:
    """Print the AWS_DATA_PATH of the AWS CLI for calls to a ProxySessionService."""
    click.echo(Path(chime_proxy.__file__).with_name("aws_data"))


main.add_command(local)


def _asked_number() -> str:
    from chime_proxy._sessions.number import parse_number  # noqa: PLC0415 - for this command alone

    typed = sys.stdin.isatty()
    text = click.prompt("Number", hide_input=True, err=True) if typed else sys.stdin.readline()
    try:
        return parse_number(text)
    except ValueError as error:
        _fail(str(error))


def _print(command: str, run: Callable[[], tuple[str, int]]) -> NoReturn:
    """Print a command's text and exit with its code; exit with 2 if it fails."""
    if not all(map(find_spec, _SDK)):
        _fail(f"{command} needs {' and '.join(_SDK)}: pip install 'cdk-chime-proxy[drift]'")
    from chime_proxy._command.failure import reason  # noqa: PLC0415 - the SDK is an extra

    try:
        text, code = run()
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, which has a meaning
        _fail(reason(command, error))
    click.echo(text)
    sys.exit(code)


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(_NOT_LOOKED)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
