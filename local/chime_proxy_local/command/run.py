"""Runs a command of `chime-proxy local`: one at a time, interruptible, without the AWS settings."""

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

_SIGNALLED = 128


@contextmanager
def failures_shown() -> Iterator[None]:
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


def wait_for_turn() -> None:
    """Let two commands in the same folder work one after the other."""
    # The app's folder, because the cloud's own comes and goes.
    lock = os.open(Path.cwd(), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        click.echo("Waiting for another command to finish in this folder ...")
        fcntl.flock(lock, fcntl.LOCK_EX)
