"""Times the first `make local` of a new checkout, from an empty home to the deployed session."""

import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.machine import ROOT

# The certificates of a company's own network.
_PASSED_ON = ("NODE_EXTRA_CA_CERTS",)


def measure() -> list[dict[str, object]]:
    """Return the seconds of each command, and of its longest time without a change on the screen.

    The packages come from their registries, so the time depends on the network.
    """
    with tempfile.TemporaryDirectory() as scratch:
        checkout, home = Path(scratch, "checkout"), Path(scratch, "home")
        home.mkdir()
        clone = ["git", "clone", "--quiet", str(ROOT), str(checkout)]
        subprocess.run(clone, check=True, capture_output=True)
        try:
            return [
                _timed(name, target, checkout, home)
                for name, target in (
                    ("make local, the first", "local"),
                    ("make local, again", "local"),
                    ("make local-down", "local-down"),
                )
            ]
        finally:
            _make("local-down", checkout, home, subprocess.DEVNULL).wait()


def _timed(name: str, target: str, checkout: Path, home: Path) -> dict[str, object]:
    screen, terminal = pty.openpty()
    started = time.monotonic()
    with _make(target, checkout, home, terminal) as command:
        os.close(terminal)
        moments = [started, *_changes(screen), time.monotonic()]
    os.close(screen)
    if command.returncode:
        sys.exit(f"make {target} failed in a new checkout")
    silences = [later - earlier for earlier, later in pairwise(moments)]
    return {
        "command": name,
        "seconds": round(moments[-1] - started, 1),
        "longest_silence_s": round(max(silences), 1),
    }


def _make(target: str, checkout: Path, home: Path, output: int) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # A Python of a virtual environment would make one that depends on it.
    python = Path(sys.base_prefix, "bin", "python3")
    return subprocess.Popen(
        [shutil.which("make") or "make", target, f"PYTHON={python}"],
        cwd=checkout,
        env={**environment, "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )


def _changes(screen: int) -> Iterator[float]:
    """Yield the time of each change, until the command has closed the terminal."""
    while True:
        try:
            shown = os.read(screen, 65536)
        except OSError:  # as Linux says that it is closed
            return
        if not shown:
            return
        yield time.monotonic()
