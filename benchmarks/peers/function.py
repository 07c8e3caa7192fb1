"""A peer's function as a process: times its start and its events."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

_WORKERS = Path(__file__).parent
_NODE_WORKER, _PYTHON_WORKER = _WORKERS / "worker.js", _WORKERS / "worker.py"


@dataclass(frozen=True, slots=True)
class Start:
    """From the start of the process to the handler that is ready."""

    cpu_ms: float
    wall_ms: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Served:
    """One event; `total_cpu_ms` counts from the start of the process."""

    total_cpu_ms: float
    cpu_ms: float
    wall_ms: float
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of an approach, as Lambda runs it.

    Args:
        command: the interpreter, and for Node nothing else.
        code: the folder that is zipped.
        handler: as Lambda has it.
        environment: all of it.
    """

    command: Path
    code: Path
    handler: str
    environment: dict[str, str] = field(repr=False)

    @contextmanager
    def started(self) -> Iterator["Process"]:
        """Start it, and end it with the block."""
        reader, writer = os.pipe()
        started_at = time.perf_counter()
        with subprocess.Popen(
            self._arguments(writer),
            cwd=self.code,
            env={**self.environment, "PYTHONPATH": str(self.code)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[writer],
        ) as process:
            os.close(writer)
            with os.fdopen(reader, encoding="utf-8") as measures:
                cpu_ms, peak_kb = _measures(measures)
                wall_ms = (time.perf_counter() - started_at) * 1000
                events = cast("IO[bytes]", process.stdin)
                yield Process(Start(cpu_ms, wall_ms, peak_kb / 1024), events, measures)
            # Node would wait for connections that CDK's handlers leave open.
            process.kill()

    def _arguments(self, out: int) -> list[str]:
        if self.command.name == "node":
            target = str(self.code / self.handler)
            return [str(self.command), str(_NODE_WORKER), str(out), target]
        return [str(self.command), str(_PYTHON_WORKER), str(out), self.handler]


@dataclass(frozen=True, slots=True)
class Process:
    """A function that is ready."""

    start: Start
    events: IO[bytes]
    measures: IO[str]

    def serve(self, event: dict[str, Any]) -> Served:
        """Hand over an event and wait for its end."""
        self.events.write(json.dumps(event).encode() + b"\n")
        self.events.flush()
        return Served(*_measures(self.measures))


def _measures(stream: IO[str]) -> list[Any]:
    line = stream.readline()
    if not line:
        msg = "the function ended before its time; its worker says more with a standard error"
        raise RuntimeError(msg)
    measures: list[Any] = json.loads(line)
    return measures
