import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.local.checkout import Checkout
from tests.local.patience import eventually

from chime_proxy_local.command import process
from chime_proxy_local.command.cdk import Command
from chime_proxy_local.daemon import OWNER

APP = """
import os, pathlib, time
pathlib.Path("begun.tmp").write_text(str(os.getpid()))
pathlib.Path("begun.tmp").rename("begun")
time.sleep(600)
"""
# A job in the background of a shell ignores SIGINT, and so would the command of a test in it.
COMMAND = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv[1:] = ["up", "--deploy", "*"]
runpy.run_module("chime_proxy_local", run_name="__main__")
"""


def is_running(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_synthesis_ends_with_the_command(
    new_checkout: Callable[[], Checkout], number: signal.Signals
) -> None:
    """An interrupted command takes the CDK CLI and the app that it runs with it."""
    checkout = new_checkout()
    (checkout.path / "app.py").write_text(APP)
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        cwd=checkout.path,
        env={name: os.environ[name] for name in ("HOME", "PATH", OWNER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = checkout.path / "begun"
    assert eventually(begun.exists)
    app = int(begun.read_text())
    command.send_signal(number)
    _, said = command.communicate()
    assert command.returncode == 128 + number
    assert "Interrupted. The same command goes on from here." in said
    assert eventually(lambda: not is_running(app))
    assert process.running_port(checkout.folder)


def test_command_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """A command that ignores the request to end is ended all the same."""
    stubborn = tmp_path / "stubborn"
    script = f"trap '' TERM; echo >{stubborn}; while :; do sleep 1; done"
    started = subprocess.Popen(
        ["/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert eventually(stubborn.exists)
    Command("stubborn", started, cancel_seconds=0.1).cancel()
    assert started.returncode == -signal.SIGKILL
