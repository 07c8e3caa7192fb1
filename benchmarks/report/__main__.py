"""Makes docs/performance.md and its plots from the results: `python -m benchmarks.report`."""

import json
from pathlib import Path
from string import Template
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.report import service_table, table
from benchmarks.report.figures import Line, bars, lines
from benchmarks.report.goals import goals
from benchmarks.results import RESULTS

_DOCS = ROOT / "docs"
_PAGE = Path(__file__).with_name("page.md")


def documents(results: dict[str, Any]) -> dict[str, str]:
    """The text of each file below docs/."""
    tables = {
        "machine": table.machine(results["machine"]),
        "goals": goals(results),
        "first": table.first(results["first"]),
        "start": table.start(results["start"]),
        "steps": table.steps(results["steps"]),
        "warm": table.warm(results["warm"]),
        "sizes": table.sizes(results["sizes"]),
        "synthesis": table.synthesis(results["synthesis"]),
        "deploy": table.deploy(results["deploy"]),
        "service": table.service(results["service"]),
        "cold_functions": service_table.cold(results["functions"]["cold"]),
        "dispatch": service_table.dispatch(results["functions"]["dispatch"]),
        "warm_functions": service_table.warm(results["functions"]["warm"]),
        "operations": service_table.operations(results["operations"]),
    }
    return {
        "performance.md": Template(_PAGE.read_text(encoding="utf-8")).substitute(tables),
        "start.svg": _start(results["start"]),
        "deploy.svg": _deploy(results["deploy"]),
        "allocation.svg": _allocation(results["service"]["by_open_sessions"]),
    }


def _start(start: dict[str, Any]) -> str:
    values = {name: kinds["as deployed"]["answered_cpu_ms"] for name, kinds in start.items()}
    return bars("From the start to the first answer, as deployed", "CPU ms", values)


def _deploy(rows: list[dict[str, Any]]) -> str:
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row["stacks"] == 1 and "create_s" in row:
            points.setdefault(row["approach"], []).append((row["sessions"], row["create_s"]))
    drawn = [Line(name, of_one) for name, of_one in points.items()]
    return lines("Creation of a stack", "sessions", "seconds", drawn)


def _allocation(rows: list[dict[str, float]]) -> str:
    points = [(row["sessions"], row["allocation_ms"]) for row in rows]
    return lines("Allocation of a number", "open sessions", "ms", [Line("allocation", points)])


if __name__ == "__main__":
    for name, text in documents(json.loads(RESULTS.read_text(encoding="utf-8"))).items():
        (_DOCS / name).write_text(text, encoding="utf-8")
