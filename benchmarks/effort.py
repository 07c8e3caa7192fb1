"""The sizes and repetitions of a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Sizes and repetitions.

    Args:
        first_runs: of a new checkout.
        starts: cold starts of each approach.
        lives: sessions created, refreshed, updated and deleted by each warm approach.
        deployments: sessions of a stack, and stacks.
        syntheses: sessions of each synthesized app, and how often it is synthesized.
        entries: sessions of each synthesized file, and how often.
        imports: how often each package is imported.
        open_sessions: how many sessions the service has when allocations are timed.
        pools: how many proxy numbers.
        allocations: how many are timed at each size.
        loads: clients of the service at the same time, and sessions of each.
    """

    first_runs: int
    starts: int
    lives: int
    deployments: tuple[tuple[int, int], ...]
    syntheses: tuple[tuple[int, int], ...]
    entries: tuple[tuple[int, int], ...]
    imports: int
    open_sessions: tuple[int, ...]
    pools: tuple[int, ...]
    allocations: int
    loads: tuple[tuple[int, int], ...]


FULL = Effort(
    first_runs=3,
    starts=25,
    lives=100,
    deployments=((1, 1), (50, 1), (200, 1), (400, 1), (400, 5)),
    syntheses=((1, 15), (450, 5), (2_000, 3)),
    entries=((1_000, 3), (5_000, 1), (10_000, 1)),
    imports=9,
    open_sessions=(1, 10, 100, 1_000, 10_000, 100_000),
    pools=(100, 1_000, 10_000, 100_000),
    allocations=500,
    loads=((1, 100), (8, 15), (32, 5)),
)
QUICK = Effort(
    first_runs=1,
    starts=1,
    lives=1,
    deployments=((1, 1),),
    syntheses=((1, 1), (2, 1)),
    entries=((1, 1), (2, 1)),
    imports=1,
    open_sessions=(1, 100),
    pools=(100, 1_000),
    allocations=5,
    loads=((1, 1), (2, 1)),
)
