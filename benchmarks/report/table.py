"""The results as tables, for `make bench` and docs/performance.md."""

from typing import TYPE_CHECKING, Any

from benchmarks.report import service_table
from benchmarks.report.markdown import Row, markdown, spread

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS = ("synth_s", "create_s", "no_op_s", "update_s", "destroy_s")
_EVENTS = ("Create", "refresh", "Update", "Delete")


def table(results: dict[str, Any]) -> str:
    """Return all tables in Markdown."""
    made: dict[str, Callable[[Any], str]] = {
        "first": first,
        "start": start,
        "steps": steps,
        "warm": warm,
        "sizes": sizes,
        "synthesis": synthesis,
        "deploy": deploy,
        "service": service,
        "functions": service_table.functions,
        "operations": service_table.operations,
    }
    return "\n\n".join(show(results[part]) for part, show in made.items() if part in results)


def first(results: list[dict[str, Any]]) -> str:
    """The first commands of a newcomer, and the steps of the very first."""
    head = (
        *("Command", "seconds", "CPU s, programs", "CPU s, system"),
        "longest without a change on the screen, s",
    )
    columns = ("command", "seconds", "user_s", "system_s", "longest_silence_s")
    commands = [tuple(row[name] for name in columns) for row in results]
    steps = markdown(("Step of the first", "seconds"), results[0]["steps"].items())
    return f"{markdown(head, commands)}\n\n{steps}"


def start(results: dict[str, Any]) -> str:
    """Cold starts; ratios are to the bare handler: the median of the pairs, and their quartiles."""
    head = (
        "Start",
        "",
        "ready, CPU ms",
        "ratio",
        "wall ms",
        "peak MB",
        "answered, CPU ms",
        "ratio",
    )
    rows = (
        (
            name,
            kind,
            one["cpu_ms"],
            spread(one["to_bare"]["cpu"]),
            one["wall_ms"],
            one["peak_mb"],
            one["answered_cpu_ms"],
            spread(one["to_bare"]["answered_cpu"]),
        )
        for name, kinds in results.items()
        for kind, one in kinds.items()
    )
    return markdown(head, rows)


def machine(results: dict[str, object]) -> str:
    """The machine of a run."""
    return markdown(tuple(results), [tuple(results.values())])


def steps(results: dict[str, float]) -> str:
    """The steps of a start in Python; ratios are to the bare client."""
    floor = results["boto3 and its client: the floor"]
    rows = ((name, value, _ratio(value, floor)) for name, value in results.items())
    return markdown(("A start in Python", "CPU ms", "ratio"), rows)


def warm(results: dict[str, Any]) -> str:
    """Warm events: processor time, and the API's calls."""
    head = ("Warm event, CPU ms (calls)", *_EVENTS)
    rows = (
        (name, *(_event(events[event]) for event in _EVENTS)) for name, events in results.items()
    )
    return markdown(head, rows)


def sizes(results: dict[str, Any]) -> str:
    """Templates, assets and resources."""
    head = ("Size", "template bytes per session", "asset kB", "resources per session", "per stack")
    rows = (
        (
            name,
            one["template_bytes_per_session"],
            round(one["asset_bytes"] / 1000),
            _counts(one["resources_per_session"]),
            _counts(one["resources_per_stack"]),
        )
        for name, one in results.items()
    )
    return markdown(head, rows)


def synthesis(results: dict[str, Any]) -> str:
    """Syntheses of apps and files, and imports; ratios are to other apps of as many sessions."""
    ratios = [name for name in results["apps"][0] if name.startswith("to_")]
    head = (
        "Synthesis",
        "sessions",
        "stacks",
        "CPU s",
        *(name.replace("_", " ") for name in ratios),
        "wall s",
        "peak MB",
        "calls to Node per session",
    )
    apps = (
        (
            *(row[name] for name in ("approach", "sessions", "stacks", "cpu_s")),
            *(spread(row[name]) for name in ratios),
            *(row["wall_s"], row["peak_mb"], results["calls"][row["approach"]]),
        )
        for row in results["apps"]
    )
    files = (tuple(row.values()) for row in results["file"])
    return "\n\n".join(
        [
            markdown(head, apps),
            markdown(("entries of a file", "wall s", "CPU s", "peak MB"), files),
            markdown(("Import", "CPU ms"), results["import"].items()),
        ]
    )


def deploy(results: list[dict[str, Any]]) -> str:
    """Deployments by size."""
    head = ("Deploy", "sessions", "stacks", *(step.replace("_s", ", s") for step in _STEPS))
    return markdown(head, map(_deployment, results))


def service(results: dict[str, list[dict[str, float]]]) -> str:
    """The service as it grows."""
    return "\n\n".join(
        markdown(tuple(map(_heading, rows[0])), [tuple(row.values()) for row in rows])
        for rows in results.values()
    )


def _deployment(row: dict[str, Any]) -> Row:
    key = row["approach"], row["sessions"], row["stacks"]
    if "impossible" in row:
        return (*key, f"impossible: {row['impossible']}", *[""] * (len(_STEPS) - 1))
    return (*key, *(row[step] for step in _STEPS))


def _event(event: dict[str, Any]) -> str:
    return f"{event['cpu_ms']} ({sum(event['calls'].values())})"


def _counts(counts: dict[str, float]) -> str:
    return ", ".join(f"{number:g} {kind.removeprefix('AWS::')}" for kind, number in counts.items())


def _heading(name: str) -> str:
    return name.replace("_ms", ", ms").replace("_", " ")


def _ratio(value: float, floor: float) -> str:
    return f"{value / floor:.2f}"
