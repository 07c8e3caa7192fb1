"""Times the synthesis of sessions in each approach, and counts its calls to Node."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.peers.workshop import Workshop

APPROACHES = ("provider", "bare", "bare-in-constructs", "AwsCustomResource")
_SESSIONS_OF_A_STACK = {"AwsCustomResource": 225}
"""It has two resources a session, and CloudFormation allows five hundred a stack."""
_MOST = 450
_IMPORTS = {
    "aws_cdk": "import aws_cdk",
    "the same and what the bare app uses": "from aws_cdk import aws_iam, aws_lambda",
    "the same and chime_proxy": "from aws_cdk import aws_iam, aws_lambda\n"
    "from chime_proxy import ProxySession, ProxySessionProvider",
}


@dataclass(frozen=True, slots=True)
class _Cost:
    """The cost of a command and of the processes that it started.

    Args:
        wall_s: seconds by the clock.
        cpu_s: seconds of processor time.
        peak_mb: the peak memory of the largest process.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(
    workshop: Workshop, sizes: Sequence[int], entries: Sequence[int], rounds: int
) -> dict[str, Any]:
    """Synthesize apps of so many sessions, and sessions files of so many entries."""
    apps = {(name, size): _app(workshop, name, size) for size in sizes for name in APPROACHES}
    files: dict[int, tuple[str, ...]] = {
        size: ("benchmarks.peers.sessions_file", str(workshop.path), str(size)) for size in entries
    }
    return {
        "calls": {name: _calls(workshop, name) for name in APPROACHES},
        "apps": [
            {"approach": name, "sessions": size, "stacks": _stacks(name, size), **cost}
            for (name, size), cost in _medians(workshop, apps, rounds).items()
        ],
        "file": [
            {"entries": size, **cost} for size, cost in _medians(workshop, files, rounds).items()
        ],
        "import": _imports(workshop, rounds),
    }


def _app(workshop: Workshop, name: str, sessions: int) -> tuple[str, ...]:
    workshop.path.mkdir(parents=True, exist_ok=True)
    stacks = _stacks(name, sessions)
    return "benchmarks.peers.apps", name, str(sessions // stacks), str(stacks)


def _stacks(name: str, sessions: int) -> int:
    """Return the least number of stacks that divides the sessions evenly."""
    most = _SESSIONS_OF_A_STACK.get(name, _MOST)
    return next(n for n in range(1, sessions + 1) if sessions % n == 0 and sessions // n <= most)


def _calls(workshop: Workshop, name: str) -> int:
    return int(_run(workshop, "-m", "benchmarks.peers.counted_app", name)[1])


def _imports(workshop: Workshop, rounds: int) -> dict[str, float]:
    end = "\nimport time; print(time.process_time() * 1000)"
    samples: dict[str, list[float]] = {name: [] for name in _IMPORTS}
    for _ in range(rounds):
        for name, code in _IMPORTS.items():
            samples[name].append(float(_run(workshop, "-c", code + end)[1]))
    return {name: round(median(taken)) for name, taken in samples.items()}


def _medians(
    workshop: Workshop, modules: dict[Any, tuple[str, ...]], rounds: int
) -> dict[Any, dict[str, float]]:
    samples: dict[Any, list[_Cost]] = {key: [] for key in modules}
    # In turn, so that other work on the machine slows all of them.
    for _ in range(rounds):
        for key, module in modules.items():
            samples[key].append(_run(workshop, "-m", *module)[0])
    return {
        key: {
            name: round(median(asdict(cost)[name] for cost in costs), 2)
            for name in ("wall_s", "cpu_s", "peak_mb")
        }
        for key, costs in samples.items()
    }


def _run(workshop: Workshop, *arguments: str) -> tuple[_Cost, str]:
    """Run Python, and return its cost and its last line."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": f"{sys.prefix}/cache/jsii",
        "CODE": str(workshop.code),
        # A checkout would first compare its functions' code with their sources.
        "PYTHONPATH": str(workshop.installed),
        # CDK's own rules take longer than a small app, and as long for every approach.
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(workshop.path / "cdk.out" / "synthesis"),
    }
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout  # noqa: S101 - a pipe was asked for
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{' '.join(arguments)} ended with {process.returncode}"
        raise RuntimeError(msg)
    cost = _Cost(
        wall_s=time.perf_counter() - start,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
    )
    return cost, printed.strip().rpartition("\n")[2]
