"""Times the first `make local` of a new checkout, from an empty home to the deployed session."""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.machine import ROOT

# The certificates of a company's own network.
_PASSED_ON = ("NODE_EXTRA_CA_CERTS",)
# A step is announced as `Deploying it ...`, after which seconds may run.
_STEP = re.compile(r"([A-Z][^.\r\n]*) \.\.\.")


@dataclass(frozen=True, slots=True)
class Change:
    """A change on the screen.

    Args:
        moment: in seconds, of a clock that only goes forward.
        text: what was written.
    """

    moment: float
    text: str


def steps(changes: Sequence[Change]) -> dict[str, float]:
    """Return the seconds of each step, from its announcement to that of the next one.

    Args:
        changes: all of a command; the last one is its end.
    """
    begun: dict[str, float] = {}
    shown = ""
    for change in changes:
        shown += change.text
        for name in _STEP.findall(shown):
            begun.setdefault(name, change.moment)
    moments = [*begun.values(), changes[-1].moment]
    seconds = [round(later - earlier, 1) for earlier, later in pairwise(moments)]
    return dict(zip(begun, seconds, strict=True))


def measure() -> list[dict[str, object]]:
    """Return the seconds of each command and its steps, and its longest time without a change on the screen.

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
        changes = [Change(started, ""), *_changes(screen), Change(time.monotonic(), "")]
    os.close(screen)
    if command.returncode:
        sys.exit(f"make {target} failed in a new checkout")
    silences = [later.moment - earlier.moment for earlier, later in pairwise(changes)]
    return {
        "command": name,
        "seconds": round(changes[-1].moment - started, 1),
        "longest_silence_s": round(max(silences), 1),
        "steps": steps(changes),
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


def _changes(screen: int) -> Iterator[Change]:
    """Yield each change, until the command has closed the terminal."""
    while True:
        try:
            shown = os.read(screen, 65536)
        except OSError:  # as Linux says that it is closed
            return
        if not shown:
            return
        yield Change(time.monotonic(), shown.decode(errors="replace"))
