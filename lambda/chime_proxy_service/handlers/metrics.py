"""Writes the service's metrics to its log, in CloudWatch's embedded metric format."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from chime_proxy_service.errors import NoNumberError, ServiceError, UnavailableError

NAMESPACE = "ChimeProxyService"
NO_NUMBER = "NoNumber"
UNAVAILABLE = "Unavailable"

_NAMES: dict[type[ServiceError], str] = {NoNumberError: NO_NUMBER, UnavailableError: UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts the errors that somebody has to do something about.

    Args:
        function_name: the dimension of all metrics.
        write: takes a line of the log.
        now: seconds since 1970.
    """

    function_name: str
    write: Callable[[str], object] = print
    now: Callable[[], float] = time.time

    def count(self, error: ServiceError) -> None:
        """Count an error that has a metric."""
        name = _NAMES.get(type(error))
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
