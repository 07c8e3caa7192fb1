"""Time that passes only when it is told to, and what is due at its moments."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

_START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here and now, as when Lambda ends it: nothing may catch this."""


class Clock:
    """One time for everybody."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._limits: list[float] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def now(self) -> datetime:
        """The time of day."""
        return _START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """The seconds since the start."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, with all that is due meanwhile.

        Raises:
            Killed: the limit of the innermost process is reached first.
        """
        until = self.seconds + seconds
        limit = self._limits[-1] if self._limits else until
        self.run_until(min(until, limit))
        if until > limit:
            raise Killed

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Have something done when the time comes."""
        heapq.heappush(self._due, (seconds, next(self._order), action))

    def run_until(self, seconds: float, done: Callable[[], bool] = lambda: False) -> None:
        """Let time pass until a moment, or until something is done."""
        while not done() and self._due and self._due[0][0] <= seconds:
            moment, _, action = heapq.heappop(self._due)
            self.seconds = max(self.seconds, moment)
            action()
        if not done():
            self.seconds = max(self.seconds, seconds)

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Kill what is done in here when it takes longer."""
        self._limits.append(self.seconds + seconds)
        try:
            yield
        finally:
            self._limits.pop()
