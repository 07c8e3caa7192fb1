"""Times the first `make local` of a new checkout, from an empty home to the deployed session."""

import json
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
from operator import itemgetter
from pathlib import Path
from typing import Any

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


def measure(rounds: int) -> list[dict[str, object]]:
    """Return the median run of each command: its seconds and its longest time without a change on the screen.

    The last one is a bare CDK app, set up and synthesized in the same way: the least that an app in
    Python takes. The packages come from their registries, so the time depends on the network.

    Args:
        rounds: how often all commands are run, each time in new folders.
    """
    # All folders are kept to the end: for minutes after files are deleted, Linux's ext4 makes new
    # ones slowly, since it looks through the places of the deleted ones for each.
    with tempfile.TemporaryDirectory() as scratch:
        runs = [_round(Path(scratch, str(place))) for place in range(rounds)]
    return [
        sorted(same, key=itemgetter("seconds"))[rounds // 2] for same in zip(*runs, strict=True)
    ]


def _round(folder: Path) -> list[dict[str, Any]]:
    return [*_commands(folder / "project"), _bare_app(folder / "bare")]


def _commands(folder: Path) -> list[dict[str, Any]]:
    checkout = folder / "checkout"
    clone = ["git", "clone", "--quiet", str(ROOT), str(checkout)]
    subprocess.run(clone, check=True, capture_output=True)
    try:
        return [
            _timed("make local, the first", ["local"], checkout),
            _timed("make local, again", ["local"], checkout),
            _timed("make local-down", ["local-down"], checkout),
        ]
    finally:
        _make(["local-down"], checkout, subprocess.DEVNULL).wait()


def _bare_app(folder: Path) -> dict[str, Any]:
    files = ("benchmarks/peers/first_app.mk", "benchmarks/peers/first_app.py", "requirements.txt")
    folder.mkdir(parents=True)
    for name in files:
        shutil.copy(ROOT / name, folder)
    packages = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    command_line = f"CDK_CLI=aws-cdk@{packages['aws-cdk']}"
    return _timed(
        "a bare CDK app, set up and synthesized", ["--file=first_app.mk", command_line], folder
    )


def _timed(name: str, arguments: list[str], folder: Path) -> dict[str, Any]:
    screen, terminal = pty.openpty()
    before, started = os.times(), time.monotonic()
    with _make(arguments, folder, terminal) as command:
        os.close(terminal)
        changes = [Change(started, ""), *_changes(screen), Change(time.monotonic(), "")]
    os.close(screen)
    if command.returncode:
        sys.exit(f"make {' '.join(arguments)} failed in a new folder")
    after = os.times()
    silences = [later.moment - earlier.moment for earlier, later in pairwise(changes)]
    return {
        "command": name,
        "seconds": round(changes[-1].moment - started, 1),
        "user_s": round(after.children_user - before.children_user, 1),
        "system_s": round(after.children_system - before.children_system, 1),
        "longest_silence_s": round(max(silences), 1),
        "steps": steps(changes),
    }


def _make(arguments: list[str], folder: Path, output: int) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    home = folder.parent / f"home of {folder.name}"
    home.mkdir(exist_ok=True)
    # A Python of a virtual environment would make one that depends on it.
    python = Path(sys.base_prefix, "bin", "python3")
    return subprocess.Popen(
        [shutil.which("make") or "make", *arguments, f"PYTHON={python}"],
        cwd=folder,
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
