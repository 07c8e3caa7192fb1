"""Runs one event through crhelper, with its logging, state and sender switched off.

crhelper calls the function for a request's type and answers before Lambda's time is up. By itself it
would also keep state between events, log what it is given, and send answers that may never arrive.
So each event has an adapter of its own, whose log stays silent, whose clock runs ahead of Lambda's,
and which sends through `response.py`.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from chime_proxy_provider.cloudformation.event import RequestType, ReturnAddress
from chime_proxy_provider.cloudformation.failure import RequestFailed
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.response import Delivery
from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.deferred_import import deferred

# crhelper needs boto3 for its polling alone, which is not used here.
with deferred("boto3"):
    from crhelper import CfnResource


class Context(Protocol):
    """The used part of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The deadlines of one invocation: for calls of the API, for crhelper, for the delivery."""

    calls: Deadline
    crhelper: Deadline
    delivery: Deadline

    @classmethod
    def of(cls, context: Context, clock: Callable[[], float]) -> Self:
        """Divide the remaining time of an invocation."""
        start, seconds = clock(), context.get_remaining_time_in_millis() / 1000
        return cls(*(Deadline(start + seconds * share, clock) for share in (0.7, 0.8, 0.98)))

    def get_remaining_time_in_millis(self) -> int:
        """The remaining time for crhelper, which answers half a second before its end."""
        return int(self.crhelper.seconds_left() * 1000)


class CrhelperAdapter(CfnResource):
    """Runs one event through crhelper.

    Args:
        delivery: takes the answer.
        fallback_id: the physical id to answer with if the timer fires first.
    """

    def __init__(self, delivery: Delivery, fallback_id: str) -> None:
        super().__init__(log_level="CRITICAL", boto_level="CRITICAL", sleep_on_delete=0)
        # It quiets every logger but its own, which writes down the event and the address.
        logging.getLogger("crhelper").setLevel("CRITICAL")
        self._delivery = delivery
        self._fallback_id = fallback_id
        self._created = ""

    def run(
        self,
        operation: str,
        address: ReturnAddress,
        schedule: Schedule,
        serve: Callable[[], Outcome],
    ) -> str:
        """Serve a request, and answer with its outcome or when its time is up.

        Args:
            operation: `Create`, `Update` or `Delete`; empty for anything else.
            address: the ids of the request, and where the answer goes.
            schedule: the deadlines.
            serve: returns the outcome, or raises `RequestFailed`.

        Returns:
            The physical id of a resource created by the request, perhaps by a failed one; empty if
            none. The answer may hold another id.
        """

        @self.create
        @self.update
        @self.delete
        def do(_event: object, _context: object) -> str:
            self.NoEcho = True
            self.PhysicalResourceId = self._fallback_id
            try:
                return self._succeeded(serve())
            except RequestFailed as failure:
                self._failed(failure)
                raise

        self(_event(operation, address), schedule)
        return self._created

    def _succeeded(self, outcome: Outcome) -> str:
        self._created = outcome.physical_id if outcome.is_new else ""
        self.Data.update(outcome.attributes)
        return outcome.physical_id

    def _failed(self, failure: RequestFailed) -> None:
        self._created = failure.possible_physical_id
        self._delivery.reason = str(failure)
        self.PhysicalResourceId = failure.physical_id

    def _send(self, status: str | None = None, reason: str = "") -> None:
        super()._send(status, reason, send_response=self._delivery)  # type: ignore[misc]  # not in its stubs


def _event(operation: str, address: ReturnAddress) -> Mapping[str, Any]:
    """The event with the fields for crhelper alone: it would log others, or take them for its own."""
    return {
        "RequestType": operation or RequestType.DELETE,
        "ResponseURL": address.response_url,
        "StackId": address.stack_id,
        "RequestId": address.request_id,
        "LogicalResourceId": address.logical_resource_id,
    }
