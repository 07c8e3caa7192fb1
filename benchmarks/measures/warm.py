"""Times events in a function that has served others, and counts their calls of the API."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

from benchmarks.peers.approach import Approach
from benchmarks.peers.function import Process, Served
from benchmarks.peers.world import World

EVENTS = ("Create", "refresh", "Update", "Delete")
_MINUTES = {"Create": 60, "refresh": 60, "Update": 90, "Delete": 90}
_WARMING = 3


@dataclass(slots=True)
class _Running:
    """A started approach and the times of its events."""

    approach: Approach
    serve: Callable[[dict[str, Any]], list[Served]]
    costs: dict[str, list[tuple[float, float]]]
    calls: dict[str, Counter[str]]


def measure(approaches: list[Approach], rounds: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Send each approach the events of one session after another, to processes that stay alive."""
    with World().running() as world, ExitStack() as stack:
        running = [_start(approach, world, stack) for approach in approaches]
        for number in range(_WARMING + rounds):
            for one in running:
                _live(one, world, counts=number >= _WARMING)
    return {one.approach.name: _summary(one) for one in running}


def _start(approach: Approach, world: World, stack: ExitStack) -> _Running:
    entry = stack.enter_context(approach.function(world.endpoint).started())
    function = approach.invoked_function(world.endpoint)
    invoked = stack.enter_context(function.started()) if function else None

    def serve(event: dict[str, Any]) -> list[Served]:
        with _reachable(world, invoked) as served:
            return [entry.serve(event), *served]

    return _Running(approach, serve, {name: [] for name in EVENTS}, {})


@contextmanager
def _reachable(world: World, invoked: Process | None) -> Iterator[list[Served]]:
    served: list[Served] = []

    def invoke(event: dict[str, Any]) -> Any:
        served.append(cast("Process", invoked).serve(event))
        return served[-1].result

    world.invoke = invoke
    yield served


def _live(one: _Running, world: World, *, counts: bool) -> None:
    """Send one session's events: Create, an Update without a change, an Update, Delete."""
    physical_id = ""
    for name in EVENTS:
        request_type = "Update" if name == "refresh" else name
        event = world.event(one.approach.event(request_type, physical_id, _MINUTES[name]))
        served = one.serve(event)
        answer = world.answers.pop()
        if answer["Status"] != "SUCCESS":
            msg = f"{one.approach.name}: {answer['Reason']}"
            raise RuntimeError(msg)
        physical_id = answer["PhysicalResourceId"]
        one.calls[name] = Counter(world.calls)
        if counts:
            cost = sum(part.cpu_ms for part in served), served[0].wall_ms - world.api_ms
            one.costs[name].append(cost)


def _summary(one: _Running) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "cpu_ms": round(median(cpu for cpu, _ in one.costs[name]), 3),
            "beyond_api_ms": round(median(wall for _, wall in one.costs[name]), 3),
            "calls": dict(one.calls[name]),
        }
        for name in EVENTS
    }
