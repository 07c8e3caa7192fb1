"""Faults of a local cloud, to be switched on and off."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from chime_proxy_local.error import LocalCloudError

MAX_SECONDS = 600


class FaultKind(StrEnum):
    """A kind of fault. All but `crash` are the proxy-session API's; other services stay well."""

    THROTTLE = "throttle"
    ERROR = "error"
    DOWN = "down"
    REFUSE = "refuse"
    SLOW = "slow"
    LOSE_ANSWER = "lose-answer"
    CRASH = "crash"


EFFECTS = {
    FaultKind.THROTTLE: "the API takes no request: 429, too many",
    FaultKind.ERROR: "the API fails: 500",
    FaultKind.DOWN: "the API is not there: 503",
    FaultKind.REFUSE: "the API refuses what IAM allows, as a service does that has ended: 403",
    FaultKind.SLOW: "the API does what it is asked, but answers SECONDS later",
    FaultKind.LOSE_ANSWER: "the API does what it is asked, but the connection is cut",
    FaultKind.CRASH: "the provider's function ends while it is imported, and answers nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault.

    Args:
        kind: the effect.
        count: the number of requests it strikes; None until it is switched off.
        seconds: the delay of `slow`; the other kinds do not use it.
    """

    kind: FaultKind
    count: int | None = None
    seconds: float = 0

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> Self:
        """Read the result of `describe`.

        Raises:
            LocalCloudError: there is no such fault.
        """
        kind, count, seconds = (description.get(name) for name in ("kind", "count", "seconds"))
        if kind not in list(FaultKind):
            msg = f"There is no such fault. There are: {', '.join(FaultKind)}."
            raise LocalCloudError(msg)
        if count is not None and not (isinstance(count, int) and count > 0):
            msg = "The number of requests that a fault strikes must be 1 or more."
            raise LocalCloudError(msg)
        if not (isinstance(seconds, int | float) and 0 <= seconds <= MAX_SECONDS):
            msg = f"The seconds that a fault takes must be from 0 to {MAX_SECONDS}."
            raise LocalCloudError(msg)
        return cls(kind=FaultKind(kind), count=count, seconds=seconds)

    def describe(self) -> dict[str, Any]:
        """Return the fault as JSON has it."""
        return asdict(self)

    def __str__(self) -> str:
        delay = f" {self.seconds:g}" if self.kind is FaultKind.SLOW else ""
        if self.count is None:
            return f"{self.kind}{delay}, until it is switched off"
        return f"{self.kind}{delay}, for {self.count} more request{'s' * (self.count > 1)}"
