"""Run the benchmarks, print their tables and write `results.json`.

`python -m benchmarks [--quick] [PARTS]`. `--quick` only shows that everything works. PARTS are some
of first, start, steps, warm, sizes, synthesis, service, functions, operations and deploy; the file
keeps its figures of the others.
"""

import argparse
import json
import multiprocessing
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.machine import machine
from benchmarks.measures import (
    allocation,
    deploy,
    first_run,
    functions,
    operations,
    sizes,
    startup,
    steps,
    synthesis,
    warm,
)
from benchmarks.peers.approach import NAMES, Approach
from benchmarks.peers.workshop import Workshop
from benchmarks.report.table import table
from benchmarks.results import RESULTS


def main() -> None:
    """Run the parts that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PARTS")
    parser.add_argument("--quick", action="store_true", help="little of everything")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    arguments = parser.parse_args()
    # Or the cloud would outlive a run that is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run(arguments.parts, QUICK if arguments.quick else FULL, arguments.results)


def run(parts: list[str], effort: Effort, file: Path) -> None:
    """Measure and write the results."""
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() and parts else {}
    results["machine"] = {**machine(), **_apart(results, parts)}
    workshop = Workshop()
    for name, measure in _parts(workshop, effort).items():
        if not parts or name in parts:
            sys.stderr.write(f"Measuring {name} ...\n")
            results[name] = measure()
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))


def _apart(results: dict[str, Any], parts: list[str]) -> dict[str, str]:
    """Name the parts that were not measured in one run with the others, now or before."""
    if not parts:
        return {}
    before = results.get("machine", {}).get("measured apart", "").split(", ")
    return {"measured apart": ", ".join(sorted({*before, *parts} - {""}))}


def _parts(workshop: Workshop, effort: Effort) -> dict[str, Callable[[], Any]]:
    return {
        "first": lambda: first_run.measure(effort.first_runs),
        "start": lambda: startup.measure(_approaches(workshop), effort.starts),
        "steps": lambda: steps.measure(workshop, effort.starts),
        "warm": lambda: warm.measure(_approaches(workshop), effort.lives),
        "sizes": lambda: sizes.measure(workshop),
        "synthesis": lambda: synthesis.measure(
            workshop, effort.syntheses, effort.entries, effort.imports
        ),
        "service": lambda: _in_new_process(
            allocation.measure, effort.open_sessions, effort.pools, effort.allocations
        ),
        "functions": lambda: functions.measure(workshop, effort.starts, effort.lives),
        "operations": lambda: operations.measure(workshop, effort.loads),
        "deploy": lambda: deploy.measure(workshop, effort.deployments),
    }


def _in_new_process(measure: Callable[..., Any], *arguments: object) -> Any:
    """Measure in a new process, whose memory nothing has used before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(measure, *arguments).result()


def _approaches(workshop: Workshop) -> list[Approach]:
    return [Approach(name, workshop, workshop.synthesize(name, 1)) for name in NAMES]


if __name__ == "__main__":
    main()
