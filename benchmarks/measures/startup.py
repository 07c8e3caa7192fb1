"""Times a cold function: from the start of its process until it is ready, and until its first answer."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, cast

from benchmarks.peers.approach import Approach
from benchmarks.peers.world import World
from benchmarks.quartiles import pair_ratios

if TYPE_CHECKING:
    from benchmarks.peers.function import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """Medians over all rounds.

    Args:
        cpu_ms: processor time until the handler is ready, Python's or Node's own start included.
        wall_ms: the same by the clock.
        peak_mb: the peak memory of the process until then.
        answered_cpu_ms: processor time until the first Create was answered, of all functions
            that take part in it.
    """

    cpu_ms: float
    wall_ms: float
    peak_mb: float
    answered_cpu_ms: float


Samples = dict[tuple[str, str], list[ColdStart]]

_DEPLOYED = "as deployed"
_REFERENCES = ("bare", "AwsCustomResource")


def measure(approaches: list[Approach], rounds: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Start the functions of each approach, as deployed and with or without bytecode.

    In each round all start one after the other, those as deployed first, so that a round has a pair
    of each approach and each reference.
    """
    kinds = [(one, kind) for one in approaches for kind in _kinds(one)]
    samples: Samples = {}
    with World().running() as world:
        for _ in range(rounds):
            for approach, kind in sorted(kinds, key=lambda one: one[1] != _DEPLOYED):
                cold = _cold(approach, world, compiled=_kinds(approach)[kind])
                samples.setdefault((approach.name, kind), []).append(cold)
    return {
        approach.name: {kind: _summary(samples, approach.name, kind) for kind in _kinds(approach)}
        for approach in approaches
    }


def _summary(samples: Samples, name: str, kind: str) -> dict[str, Any]:
    own = samples[name, kind]
    return _medians(own) | {
        f"to_{reference}": _ratios(own, samples[reference, _DEPLOYED])
        for reference in _REFERENCES
        if (reference, _DEPLOYED) in samples
    }


def _ratios(own: list[ColdStart], others: list[ColdStart]) -> dict[str, list[float]]:
    return {
        "cpu": pair_ratios([one.cpu_ms for one in own], [one.cpu_ms for one in others]),
        "answered_cpu": pair_ratios(
            [one.answered_cpu_ms for one in own], [one.answered_cpu_ms for one in others]
        ),
    }


def _kinds(approach: Approach) -> dict[str, bool]:
    if approach.ships_bytecode:
        return {"as deployed": True, "without bytecode": False}
    kinds = {"as deployed": False}
    return {**kinds, "with bytecode": True} if approach.in_python else kinds


def _cold(approach: Approach, world: World, *, compiled: bool) -> ColdStart:
    with ExitStack() as stack:
        entry = approach.function(world.endpoint, compiled=compiled)
        process = stack.enter_context(entry.started())
        starts, served = [process.start], []
        invoked = approach.invoked_function(world.endpoint, compiled=compiled)

        def invoke(event: dict[str, Any]) -> Any:
            # Lambda starts it when it is invoked for the first time.
            second = stack.enter_context(cast("Function", invoked).started())
            starts.append(second.start)
            served.append(second.serve(event))
            return served[-1].result

        world.invoke = invoke
        served.append(process.serve(world.event(approach.event("Create"))))
    return ColdStart(
        cpu_ms=sum(start.cpu_ms for start in starts),
        wall_ms=sum(start.wall_ms for start in starts),
        peak_mb=sum(start.peak_mb for start in starts),
        answered_cpu_ms=sum(one.total_cpu_ms for one in served),
    )


def _medians(samples: list[ColdStart]) -> dict[str, float]:
    return {name: round(median(values), 2) for name, values in _columns(samples)}


def _columns(samples: list[ColdStart]) -> Iterator[tuple[str, list[float]]]:
    rows = [asdict(sample) for sample in samples]
    for name in rows[0]:
        yield name, [row[name] for row in rows]
