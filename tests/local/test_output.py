import os
import pty
import re
import subprocess
import sys

_SLOW_STEP = """
import time
from chime_proxy_local.command.output import step
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
