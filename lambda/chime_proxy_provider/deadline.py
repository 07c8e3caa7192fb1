"""A deadline for a part of the handler's work."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in the clock's time, in seconds."""

    at: float
    clock: Callable[[], float]

    def seconds_left(self) -> float:
        """The seconds until then; zero or less when it has passed."""
        return self.at - self.clock()
