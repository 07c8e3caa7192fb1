"""The commands below `chime-proxy local`."""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from chime_proxy_local.command.toolchain import check_packages
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.faults.fault import EFFECTS, Fault, FaultKind
from chime_proxy_local.folder import Folder

_SIGNALLED = 128
_EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed; the message says the cause and the remedy
  2    wrong arguments
  130  interrupted
"""


@click.group(invoke_without_command=True, epilog=_EXIT_CODES)
@click.pass_context
def local(context: click.Context) -> None:
    """Run a cloud on this machine, without an account, for the app in this folder.

    Its files are in `.local`, and each folder has a cloud of its own. Without a command: `up`.
    """
    if context.invoked_subcommand is None:
        context.invoke(up)


@local.command(epilog=_EXIT_CODES)
@click.option(
    "--deploy",
    metavar="PATTERN",
    help="Also deploy the app's stacks with these names, as `cdk deploy PATTERN` does.",
)
def up(deploy: str | None) -> None:
    """Start the cloud, or go on with the one that runs.

    The cloud is bootstrapped for CDK if the command `cdk` is in PATH or in node_modules. The script
    `.local/env` points a shell at the cloud.
    """
    with _failures_shown():
        # Imported here, like below: the SDK takes longer than all the rest of `--help`.
        from chime_proxy_local.command import up_down  # noqa: PLC0415

        _wait_for_turn()
        up_down.up(_folder(), deploy)


@local.command(epilog=_EXIT_CODES)
def down() -> None:
    """Delete all stacks and stop the cloud.

    A fault is switched off before. A stack that cannot be deleted is named with its state and its
    remedy, and goes with the cloud.
    """
    with _failures_shown():
        from chime_proxy_local.command import up_down  # noqa: PLC0415

        _wait_for_turn()
        up_down.down(_folder())


def _kinds() -> str:
    rows = "\n".join(f"  {kind:<12} {effect}" for kind, effect in _effects().items())
    return f"\b\nKinds:\n{rows}\n\n{_EXIT_CODES}"


def _effects() -> dict[str, str]:
    return {
        **{str(kind): effect for kind, effect in EFFECTS.items()},
        "none": "no fault, as at the start",
    }


@local.command(epilog=_kinds())
@click.argument("kind", required=False, type=click.Choice(list(_effects())))
@click.argument("seconds", required=False, type=float)
@click.option("--count", type=int, metavar="N", help="Strike N requests, then switch off.")
def fault(kind: str | None, seconds: float | None, count: int | None) -> None:
    """Switch a fault of the cloud on or off; without KIND, show the current one.

    SECONDS is the delay of `slow`.
    """
    if (kind == FaultKind.SLOW) != (seconds is not None):
        msg = "SECONDS is the delay of `slow`: `fault slow 2`, for one."
        raise click.UsageError(msg)
    with _failures_shown():
        from chime_proxy_local.command.fault import show_fault, switch  # noqa: PLC0415

        if kind is None:
            show_fault(_folder())
        else:
            wanted = {"kind": kind, "seconds": seconds or 0, "count": count}
            switch(_folder(), None if kind == "none" else Fault.parse(wanted))


def _folder() -> Folder:
    return Folder(Path.cwd() / ".local")


@contextmanager
def _failures_shown() -> Iterator[None]:
    """Show an expected failure without a traceback, and an interruption; exit then."""
    _end_with_what_is_started()
    _forget_aws_settings()
    try:
        check_packages()
        yield
    except (LocalCloudError, OSError) as error:
        click.echo(error, err=True)
        sys.exit(1)


def _end_with_what_is_started() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ignored by `nohup`, for one.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    """Leave by an exception, so that started commands are ended first."""
    click.echo("\nInterrupted. The same command goes on from here.", err=True)
    sys.exit(_SIGNALLED + number)


def _forget_aws_settings() -> None:
    """Keep everything started here away from a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _wait_for_turn() -> None:
    """Let two commands in the same folder work one after the other."""
    # The app's folder, because the cloud's own comes and goes.
    lock = os.open(Path.cwd(), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        click.echo("Waiting for another command to finish in this folder ...")
        fcntl.flock(lock, fcntl.LOCK_EX)
