"""Writes the service's metrics to its log, in CloudWatch's embedded metric format."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from chime_proxy_service.errors import NoNumberError, ServiceError, UnavailableError
from chime_proxy_service.service import Creation

NAMESPACE = "ChimeProxyService"
CREATED = "Created"
NO_NUMBER = "NoNumber"
UNAVAILABLE = "Unavailable"

_NAMES: dict[type[ServiceError | Creation], str] = {
    Creation: CREATED,
    NoNumberError: NO_NUMBER,
    UnavailableError: UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts sessions, and the errors that somebody has to do something about.

    Args:
        function_name: the dimension of all metrics.
        write: takes a line of the log.
        now: seconds since 1970.
    """

    function_name: str
    write: Callable[[str], object] = print
    now: Callable[[], float] = time.time

    def count(self, noted: ServiceError | Creation) -> None:
        """Count a creation, or an error that has a metric."""
        name = _NAMES.get(type(noted))
        if name is None:
            return
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [["FunctionName"]],
            "Metrics": [{"Name": name, "Unit": "Count"}],
        }
        line = {
            "_aws": {"Timestamp": int(self.now() * 1000), "CloudWatchMetrics": [directive]},
            "FunctionName": self.function_name,
            name: 1,
        }
        self.write(json.dumps(line))
