"""Times the service as it grows: allocation, paging and memory, without HTTP."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Connector, Status
from chime_proxy_service.stores.memory import MemoryStore

_CONNECTOR = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")
_CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=720, phone_number_countries=("US", "CA")
)
_PAGE = 20
_MANY = 1_000
_HUB = "+999099999999"


class _Growing:
    """A service that gets more and more sessions, each with new participants."""

    def __init__(self, numbers: Iterator[str]) -> None:
        self.service = ProxySessionService(
            MemoryStore(), NumberPool(numbers), clock=partial(datetime.now, UTC)
        )
        self.service.put_configuration(_CONNECTOR, _CONFIGURATION)
        self.size = 0
        self._ends = (f"+9990{number:08d}" for number in count())

    def create(self, first: str = "") -> None:
        """Open a session between two new participants, or between `first` and a new one."""
        participants = first or next(self._ends), next(self._ends)
        self.service.create(
            CreateRequest(
                connector=_CONNECTOR,
                participants=participants,
                capabilities=frozenset([Capability.VOICE]),
            )
        )
        self.size += 1

    def grow(self, size: int) -> None:
        """Open sessions until there are `count`."""
        while self.size < size:
            self.create()

    def page(self) -> None:
        """Read every page from the first to the last."""
        request = ListRequest(connector=_CONNECTOR, max_results=_PAGE)
        while position := self.service.list(request).position:
            request = replace(request, after=position)

    def page_of_closed(self) -> None:
        """Read the first page of the sessions that are closed, where none is."""
        closed = Status.CLOSED
        self.service.list(ListRequest(connector=_CONNECTOR, status=closed, max_results=_PAGE))


def measure(sizes: Sequence[int], pools: Sequence[int], rounds: int) -> dict[str, Any]:
    """Time pages, and allocations by open sessions, by numbers in the pool and by sessions of one participant."""
    return {
        "by_open_sessions": _by_open_sessions(sizes, rounds),
        "by_pool_size": _by_pool_size(pools, rounds),
        "by_sessions_of_one_participant": _by_sessions_of_one(rounds),
    }


def _by_open_sessions(sizes: Sequence[int], rounds: int) -> list[dict[str, float]]:
    growing, rows = _Growing(fictional_numbers()), []
    gc.collect()
    empty = _resident_bytes()
    for size in sizes:
        growing.grow(size)
        memory = (_resident_bytes() - empty) // size
        pages = -(-size // _PAGE)
        rows.append(
            {
                "sessions": size,
                # Below this, the size of a page of memory hides the sessions'.
                "bytes_per_session": memory if size >= _MANY else 0,
                "page_ms": round(_milliseconds(growing.page) / pages, 4),
                "filtered_page_ms": round(_milliseconds(growing.page_of_closed), 4),
                "allocation_ms": round(_median(growing.create, rounds), 4),
            }
        )
    return rows


def _by_pool_size(pools: Sequence[int], rounds: int) -> list[dict[str, float]]:
    rows = []
    for size in pools:
        growing = _Growing(_numbers(size))
        growing.grow(rounds)
        milliseconds = _median(growing.create, rounds)
        rows.append({"numbers": size, "allocation_ms": round(milliseconds, 4)})
    return rows


def _by_sessions_of_one(rounds: int) -> list[dict[str, float]]:
    growing, rows = _Growing(fictional_numbers()), []
    for size in (1, 100, 900):
        while growing.size < size:
            growing.create(_HUB)
        milliseconds = _median(partial(growing.create, _HUB), min(rounds, 20))
        rows.append({"sessions": size, "allocation_ms": round(milliseconds, 4)})
    return rows


def _numbers(size: int) -> Iterator[str]:
    # In as many area codes as North America has.
    return (f"+1{200 + number % 800}{number // 800:07d}" for number in range(size))


def _median(act: Callable[[], None], rounds: int) -> float:
    return median(_milliseconds(act) for _ in range(rounds))


def _milliseconds(act: Callable[[], None]) -> float:
    start = time.process_time_ns()
    act()
    return (time.process_time_ns() - start) / 1e6


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
