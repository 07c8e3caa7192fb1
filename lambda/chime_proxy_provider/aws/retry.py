"""A call of an API, made again where that is safe, until a deadline."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable, Mapping

    from chime_proxy_provider.deadline import Deadline

PASSING = (Throttling, ServiceInternalError, NetworkFailure, NotServed)
# A permission that was given a moment ago is not known everywhere yet.
PASSING_WITH_PERMISSION = (*PASSING, AccessDenied)
_PAUSES_SECONDS = (0.5, 1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Retry:
    """Makes calls; botocore is to make none of them twice."""

    deadline: Deadline
    sleep: Callable[[float], None]

    def call(
        self,
        call: Callable[[], Mapping[str, Any]],
        *,
        passing: tuple[type[ProviderError], ...] = PASSING,
    ) -> Mapping[str, Any]:
        """The answer of a call.

        Args:
            call: a method of an SDK's client with its arguments.
            passing: the failures that a later attempt may not meet.

        Raises:
            ProviderError: why the last attempt failed. It leaves doubt if any attempt did.
        """
        pauses, doubt = iter(_PAUSES_SECONDS), False
        while True:
            try:
                return self._call_once(call)
            except ProviderError as error:
                doubt = error.outcome_unknown = doubt or error.outcome_unknown
                wait = _wait(error, next(pauses, None)) if isinstance(error, passing) else None
                if wait is None or self.deadline.seconds_left() <= wait:
                    raise
            self.sleep(wait)

    def _call_once(self, call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if self.deadline.seconds_left() <= 0:
            msg = "no time is left for a call of the API"
            raise NetworkFailure(msg)
        with translated():
            return call()


def _wait(error: ProviderError, pause: float | None) -> float | None:
    """The seconds until the next attempt; None where there is none."""
    if pause is None:
        return None
    jittered = pause * random.uniform(0.5, 1)  # noqa: S311 - no secret
    asked: float = getattr(error, "retry_after_seconds", 0)
    return max(jittered, asked)
