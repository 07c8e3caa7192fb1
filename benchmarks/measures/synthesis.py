"""Times the synthesis of sessions in each approach, and counts its calls to Node."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.peers.workshop import Workshop
from benchmarks.quartiles import pair_ratios

_Rounds = Sequence[tuple[int, int]]
APPROACHES = ("provider", "bare", "bare-in-constructs", "AwsCustomResource")
_FLOORS = ("bare", "bare-in-constructs", "AwsCustomResource")
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


def measure(workshop: Workshop, apps: _Rounds, files: _Rounds, imports: int) -> dict[str, Any]:
    """Synthesize apps of so many sessions, and sessions files of so many entries.

    Args:
        workshop: the code of the approaches.
        apps: sessions of each app, and how often it is synthesized.
        files: entries of each file, and how often.
        imports: how often each package is imported.
    """
    return {
        "calls": {name: _calls(workshop, name) for name in APPROACHES},
        "apps": [row for size, rounds in apps for row in _apps(workshop, size, rounds)],
        "file": [_file(workshop, size, rounds) for size, rounds in files],
        "import": _imports(workshop, imports),
    }


def _apps(workshop: Workshop, size: int, rounds: int) -> list[dict[str, Any]]:
    modules = {name: _app(workshop, name, size) for name in APPROACHES}
    samples = _samples(workshop, modules, rounds)
    return [
        {
            "approach": name,
            "sessions": size,
            "stacks": _stacks(name, size),
            **_medians(costs),
            **{f"to_{floor}": _ratios(costs, samples[floor]) for floor in _FLOORS},
        }
        for name, costs in samples.items()
    ]


def _file(workshop: Workshop, size: int, rounds: int) -> dict[str, float]:
    module = ("benchmarks.peers.sessions_file", str(workshop.path), str(size))
    return {"entries": size, **_medians(_samples(workshop, {"file": module}, rounds)["file"])}


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


def _samples(
    workshop: Workshop, modules: Mapping[str, tuple[str, ...]], rounds: int
) -> dict[str, list[_Cost]]:
    samples: dict[str, list[_Cost]] = {name: [] for name in modules}
    # In turn, so that other work on the machine slows all of them.
    for _ in range(rounds):
        for name, module in modules.items():
            samples[name].append(_run(workshop, "-m", *module)[0])
    return samples


def _medians(costs: Sequence[_Cost]) -> dict[str, float]:
    return {
        name: round(median(asdict(cost)[name] for cost in costs), 2)
        for name in ("wall_s", "cpu_s", "peak_mb")
    }


def _ratios(own: Sequence[_Cost], others: Sequence[_Cost]) -> list[float]:
    return pair_ratios([cost.cpu_s for cost in own], [cost.cpu_s for cost in others])


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
