"""Many calls at once by SIPp: a scenario for each side, and its counts."""

import csv
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calls.asterisk import ADDRESS, PORT, TRUNK
from calls.sound import encoded, tone

_SCENARIOS = Path(__file__).parent / "scenarios"
_CALLER = "127.0.0.11"


@dataclass(frozen=True, slots=True)
class Counts:
    """The calls of a run."""

    successful: int
    failed: int


@dataclass(frozen=True, slots=True)
class Load:
    """A number of calls.

    Args:
        count: the number.
        rate: the calls that begin each second.
        seconds: the time each of them lasts.
        audio: the callers play a tone.
    """

    count: int
    rate: int
    seconds: int
    audio: bool = False


class SippCallee:
    """The other side of the trunk: answers every call, and sends all audio back.

    Args:
        folder: its files.
    """

    def __init__(self, folder: Path) -> None:
        command = ["sipp", "-sf", str(_SCENARIOS / "callee.xml"), "-i", TRUNK[0], "-mi", TRUNK[0]]
        self._process = subprocess.Popen(
            [*command, "-p", str(TRUNK[1]), "-rtp_echo", "-nostdin"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "dumb"},
        )

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class SippCallers:
    """Callers who each call once and talk for some time.

    Args:
        folder: its files.
        calls: pairs of a caller and the number called; used in order, over and over.
        load: the number of calls.
    """

    def __init__(self, folder: Path, calls: Iterable[tuple[str, str]], load: Load) -> None:
        with (folder / "calls.csv").open("w", newline="") as file:
            file.write("SEQUENTIAL\n")
            csv.writer(file, delimiter=";", lineterminator="\n").writerows(calls)
        (folder / "tone.ulaw").write_bytes(encoded(tone(440, 1)))
        scenario = "caller_with_audio.xml" if load.audio else "caller.xml"
        command = ["sipp", "-sf", str(_SCENARIOS / scenario), "-i", _CALLER, "-mi", _CALLER]
        limits = ["-r", str(load.rate), "-m", str(load.count), "-d", str(load.seconds * 1000)]
        self._output = folder / "sipp.txt"
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [
                    *command,
                    "-inf",
                    "calls.csv",
                    *limits,
                    "-l",
                    "5000",
                    "-nostdin",
                    f"{ADDRESS}:{PORT}",
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TERM": "dumb"},
            )

    def finish(self, seconds: float) -> Counts:
        """Wait for the end of all calls, and return their counts."""
        try:
            self._process.wait(seconds)
        finally:
            self._process.kill()
            self._process.wait()
        text = self._output.read_text(errors="replace")
        return Counts(_count(text, "Successful call"), _count(text, "Failed call"))


def _count(text: str, name: str) -> int:
    """Return the last cumulative count that SIPp's screen shows."""
    return int(re.findall(rf"{name}\s*\|\s*\d+\s*\|\s*(\d+)", text)[-1])
