import os
import pty
import re
import subprocess
import sys

from tests.folders import ROOT

_SLOW_STEP = """
import time
from chime_proxy_local.command.step import step
with step("Deploying it"):
    time.sleep(2.5)
"""


def test_seconds_run_on_a_terminal() -> None:
    """On a terminal, a step shows each second that it takes, and then how long it took."""
    screen, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", _SLOW_STEP], stdout=terminal, check=True)
    os.close(terminal)

    shown = os.read(screen, 4096).decode()

    begun, first, *_, took, end = shown.split("\r")
    assert (begun, first, end) == ("Deploying it ... ", "Deploying it ... 1 s", "\n")
    assert re.fullmatch(r"Deploying it ... \d+\.\d s", took)


def test_log_has_one_line_for_a_step() -> None:
    """In a file or a pipe, a step is one line."""
    done = subprocess.run(
        [sys.executable, "-c", _SLOW_STEP], capture_output=True, text=True, check=True
    )

    assert re.fullmatch(r"Deploying it ... \d+\.\d s\n", done.stdout)


def test_output_of_a_command_is_shown_if_it_fails() -> None:
    """A step of `make` shows what its command printed if that failed, and ends with its exit code."""
    command = "echo installed; echo no space >&2; exit"
    good, bad = (_step_of_make(f"{command} {code}") for code in (0, 3))

    assert (good.returncode, good.stderr) == (0, "")
    assert re.fullmatch(r"Installing ... \d+\.\d s\n", good.stdout)
    assert (bad.returncode, bad.stdout) == (3, "Installing ... failed\n")
    assert bad.stderr == "installed\nno space\n"


def test_step_of_make_needs_no_packages() -> None:
    """The steps of the set-up run before anything is installed."""
    assert _step_of_make("true", "-I", "-S").returncode == 0


def _step_of_make(command: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, str(ROOT / "tools" / "step.py"), "Installing", command],
        capture_output=True,
        text=True,
        check=False,
    )
