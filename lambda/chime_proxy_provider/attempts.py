"""A call of an API, made again where that is safe, until a deadline."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.api_error import translated
from chime_proxy_provider.errors import NetworkFailure, ServiceInternalError, Throttling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chime_proxy_provider.deadline import Deadline
    from chime_proxy_provider.errors import ProviderError

PASSING = (Throttling, ServiceInternalError, NetworkFailure)
_PAUSES_SECONDS = (0.5, 1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes calls; botocore is to make none of them twice."""

    deadline: Deadline
    sleep: Callable[[float], None]

    def make(
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
            ProviderError: why the last attempt failed.
        """
        for pause in _PAUSES_SECONDS:
            try:
                return self._make_once(call)
            except passing as error:
                jittered = pause * random.uniform(0.5, 1)  # noqa: S311 - no secret
                wait = max(jittered, getattr(error, "retry_after_seconds", 0))
                if self.deadline.seconds_left() <= wait:
                    raise
            self.sleep(wait)
        return self._make_once(call)

    def _make_once(self, call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if self.deadline.seconds_left() <= 0:
            msg = "no time is left for a call of the API"
            raise NetworkFailure(msg)
        with translated():
            return call()
