"""The figures of the service's functions and operations as tables."""

from typing import Any

from benchmarks.report.markdown import markdown, spread

_KINDS = ("table", "transaction", "same calls", "memory")


def functions(results: dict[str, list[dict[str, Any]]]) -> str:
    """Cold starts, dispatch, and the processor's part of each operation."""
    return "\n\n".join(
        (cold(results["cold"]), dispatch(results["dispatch"]), warm(results["warm"]))
    )


def cold(rows: list[dict[str, Any]]) -> str:
    """Cold starts of the functions; ratios are to the client alone."""
    cells = ((one["function"], one["cpu_ms"], spread(one["to_floor"])) for one in rows)
    return markdown(("Start of a function", "ready, CPU ms", "ratio"), cells)


def dispatch(rows: list[dict[str, Any]]) -> str:
    """The dispatch of a request."""
    return markdown(("A read from memory", "CPU ms"), [tuple(one.values()) for one in rows])


def warm(rows: list[dict[str, Any]]) -> str:
    """The processor's part of each operation."""
    head = ("Operation, CPU ms", "in memory", "on a table")
    return markdown(head, [tuple(one[name] for name in ("operation", *head[1:])) for one in rows])


def operations(rows: list[dict[str, Any]]) -> str:
    """The times of operations by the number of clients."""
    head = ("Operation, ms", "clients", *(f"{kind}, p50 / p99" for kind in _KINDS))
    cells = (
        (
            one["operation"],
            one["clients"],
            *(f"{one[kind]['p50']:.1f} / {one[kind]['p99']:.1f}" for kind in _KINDS),
            f"{one['table']['p50'] / one['transaction']['p50']:.2f}",
            f"{one['table']['p50'] / one['same calls']['p50']:.2f}",
        )
        for one in rows
    )
    return markdown((*head, "to the transaction", "to the same calls"), cells)
