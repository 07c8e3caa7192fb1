"""Writes the service's metrics to its log, in CloudWatch's embedded metric format."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chime_proxy_service.errors import NoNumberError, ServiceError, UnavailableError
from chime_proxy_service.handlers.events import detail
from chime_proxy_service.records import ContactRecord
from chime_proxy_service.service import Creation

NAMESPACE = "ChimeProxyService"
CREATED = "Created"
NO_NUMBER = "NoNumber"
UNAVAILABLE = "Unavailable"
EVENT_LOST = "EventLost"
UNSIGNED = "Unsigned"
CALL_SECONDS = "CallSeconds"

_NAMES: dict[type[ServiceError | Creation], str] = {
    Creation: CREATED,
    NoNumberError: NO_NUMBER,
    UnavailableError: UNAVAILABLE,
}


def _print(line: str) -> None:
    # print would write the line's end on its own, and another thread's line might come before it.
    sys.stdout.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts sessions and contacts, and the errors that somebody has to do something about.

    Args:
        function_name: the dimension of all metrics.
        write: takes a line of the log.
        now: seconds since 1970.
    """

    function_name: str
    write: Callable[[str], object] = _print
    now: Callable[[], float] = time.time

    def count(self, noted: ServiceError | Creation) -> None:
        """Count a creation, or an error that has a metric."""
        name = _NAMES.get(type(noted))
        if name is not None:
            self._write({name: 1})

    def count_unsigned(self) -> None:
        """Count a request that the carrier has not signed; the line has nothing of the request."""
        self._write({UNSIGNED: 1})

    def count_lost_event(self, cause: str) -> None:
        """Count an event that could not be sent; the line has the cause."""
        self._write({EVENT_LOST: 1}, cause=cause)

    def record(self, record: ContactRecord) -> None:
        """Write the record of a contact, and count it by its stage.

        The metrics are ContactConnected, ContactRefused and ContactEnded, and CallSeconds of ended
        calls.
        """
        values: dict[str, float] = {f"Contact{record.stage}": 1}
        if record.duration is not None:
            values[CALL_SECONDS] = record.duration.total_seconds()
        self._write(values, **detail(record))

    def _write(self, values: dict[str, float], **properties: Any) -> None:
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [["FunctionName"]],
            "Metrics": [
                {"Name": name, "Unit": "Seconds" if name == CALL_SECONDS else "Count"}
                for name in values
            ],
        }
        line = {
            "_aws": {"Timestamp": int(self.now() * 1000), "CloudWatchMetrics": [directive]},
            "FunctionName": self.function_name,
            **values,
            **properties,
        }
        self.write(json.dumps(line))
