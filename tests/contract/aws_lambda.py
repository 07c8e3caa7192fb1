"""Lambda, called asynchronously: what fails is delivered again, after one minute and after two."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.clock import Clock, Killed

Function = Callable[[Mapping[str, Any], "Context"], None]

TIMEOUT_SECONDS = 60
_AGAIN_AFTER_SECONDS = (60, 120)


@dataclass(frozen=True)
class Context:
    """What Lambda tells the function of its own end."""

    clock: Clock
    end: float

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda ends the invocation."""
        return int((self.end - self.clock.seconds) * 1000)


class Lambda:
    """Runs a function.

    Args:
        clock: the time.
        new_container: starts the function cold.
    """

    def __init__(self, clock: Clock, new_container: Callable[[], Function]) -> None:
        self._clock = clock
        self._new_container = new_container
        self._warm: Function | None = None
        self._requests: Counter[str] = Counter()
        self.current: Mapping[str, Any] = {}
        self.late_seconds = 0.0
        """The time that an event waits in Lambda's queue."""

    def invoke(self, event: Mapping[str, Any]) -> None:
        """Deliver an event, and again if that fails."""
        self._clock.sleep(self.late_seconds)
        self._deliver(event, attempt=0)

    def has_repeated(self, request_id: str) -> bool:
        """True if a request was delivered more than once."""
        return self._requests[request_id] > 1

    def _deliver(self, event: Mapping[str, Any], attempt: int) -> None:
        self._requests[event["RequestId"]] += 1
        self.current = event
        function = self._warm or self._new_container()
        self._warm = None
        try:
            with self._clock.limit(TIMEOUT_SECONDS):
                function(event, Context(self._clock, self._clock.seconds + TIMEOUT_SECONDS))
            self._warm = function
        except (Exception, Killed):  # noqa: BLE001 - whatever it is, Lambda's answer is the same
            self._again(event, attempt)

    def _again(self, event: Mapping[str, Any], attempt: int) -> None:
        if attempt < len(_AGAIN_AFTER_SECONDS):
            moment = self._clock.seconds + _AGAIN_AFTER_SECONDS[attempt]
            self._clock.at(moment, lambda: self._deliver(event, attempt + 1))
