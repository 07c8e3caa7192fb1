"""The sizes and repetitions of a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Sizes and repetitions.

    Args:
        starts: cold starts of each approach.
        lives: sessions created, refreshed, updated and deleted by each warm approach.
        deployments: sessions of a stack, and stacks.
        synthesized: sessions of each synthesized app.
        entries: sessions of each file.
        syntheses: how often each of them is synthesized.
        open_sessions: how many sessions the service has when allocations are timed.
        pools: how many proxy numbers.
        allocations: how many are timed at each size.
        loads: clients of the service at the same time, and sessions of each.
    """

    starts: int
    lives: int
    deployments: tuple[tuple[int, int], ...]
    synthesized: tuple[int, ...]
    entries: tuple[int, ...]
    syntheses: int
    open_sessions: tuple[int, ...]
    pools: tuple[int, ...]
    allocations: int
    loads: tuple[tuple[int, int], ...]


FULL = Effort(
    starts=25,
    lives=100,
    deployments=((1, 1), (50, 1), (200, 1), (400, 1), (400, 5)),
    synthesized=(1, 450, 2_000),
    entries=(1_000, 5_000, 10_000),
    syntheses=3,
    open_sessions=(1, 10, 100, 1_000, 10_000, 100_000),
    pools=(100, 1_000, 10_000, 100_000),
    allocations=500,
    loads=((1, 100), (8, 15), (32, 5)),
)
QUICK = Effort(
    starts=1,
    lives=1,
    deployments=((1, 1),),
    synthesized=(1, 2),
    entries=(1, 2),
    syntheses=1,
    open_sessions=(1, 100),
    pools=(100, 1_000),
    allocations=5,
    loads=((1, 1), (2, 1)),
)
