"""Retries calls of an API until a deadline, where a second call does no harm."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chime_proxy_provider.aws.error_mapping import translated
from chime_proxy_provider.errors import (
    AccessDenied,
    NetworkFailure,
    NotServed,
    ProviderError,
    ServiceInternalError,
    Throttling,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chime_proxy_provider.deadline import Deadline

_Answer = TypeVar("_Answer")

PASSING = (Throttling, ServiceInternalError, NetworkFailure, NotServed)
# IAM takes some seconds to spread a new permission.
PASSING_WITH_PERMISSION = (*PASSING, AccessDenied)
_PAUSES_SECONDS = (0.5, 1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Retry:
    """Makes calls. botocore's own retries are off: they would repeat CreateProxySession."""

    deadline: Deadline
    sleep: Callable[[float], None]

    def call(
        self,
        call: Callable[[], _Answer],
        *,
        passing: tuple[type[ProviderError], ...] = PASSING,
    ) -> _Answer:
        """Make a call, again after a failure that may pass.

        Args:
            call: a method of an SDK's client with its arguments.
            passing: the failures after which to call again.

        Raises:
            ProviderError: the last failure. Its outcome is unknown if that of any attempt was.
        """
        pauses, is_unknown = iter(_PAUSES_SECONDS), False
        while True:
            try:
                return self._call_once(call)
            except ProviderError as error:
                is_unknown = error.outcome_unknown = is_unknown or error.outcome_unknown
                wait = _wait(error, next(pauses, None)) if isinstance(error, passing) else None
                if wait is None or self.deadline.seconds_left() <= wait:
                    raise
            self.sleep(wait)

    def _call_once(self, call: Callable[[], _Answer]) -> _Answer:
        if self.deadline.seconds_left() <= 0:
            msg = "no time is left for a call of the API; the function's timeout may be too short"
            raise NetworkFailure(msg)
        with translated():
            return call()


def _wait(error: ProviderError, pause: float | None) -> float | None:
    """The seconds until the next attempt; None after the last one."""
    if pause is None:
        return None
    jittered = pause * random.uniform(0.5, 1)  # noqa: S311 - no secret
    asked: float = getattr(error, "retry_after_seconds", 0)
    return max(jittered, asked)
