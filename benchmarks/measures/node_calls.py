"""Counts the calls from Python to Node: each is a message through a pipe, and waits for its answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jsii._kernel.providers.process import _NodeProcess


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Count the calls of the block by type, such as `CreateRequest`."""
    calls: Counter[str] = Counter()
    send = _NodeProcess.send

    def counting(process: _NodeProcess, request: Any, response_type: Any) -> Any:
        calls[type(request).__name__] += 1
        return send(process, request, response_type)

    # jsii has no hook of its own.
    setattr(_NodeProcess, send.__name__, counting)
    try:
        yield calls
    finally:
        setattr(_NodeProcess, send.__name__, send)


def calls_per_item(make: Callable[[int], object], few: int) -> Counter[str]:
    """Return the calls that each further item makes, by type, rounded up.

    Args:
        make: makes so many items.
        few: the smaller number of items; twice as many are made too, and the calls that are made
            only once drop out of the difference.
    """
    # What is kept for a whole process is no item's.
    make(1)
    with counted_calls() as less:
        make(few)
    with counted_calls() as more:
        make(2 * few)
    more.subtract(less)
    return Counter({kind: -(-calls // few) for kind, calls in more.items() if calls})
