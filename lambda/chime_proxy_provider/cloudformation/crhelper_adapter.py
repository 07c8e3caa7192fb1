"""crhelper's part: it calls the function for a request's type, watches the time, and answers.

It also keeps state, logs what it is given and sends answers that may never arrive. So each event
gets a frame of its own, which has no log to write to, sees a clock that runs ahead of Lambda's,
and sends through `answer.py`.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from crhelper import CfnResource

from chime_proxy_provider.cloudformation.event import RequestType, ReturnAddress
from chime_proxy_provider.cloudformation.failure import RequestFailed
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.response import Delivery
from chime_proxy_provider.deadline import Deadline


class Context(Protocol):
    """What the handler needs of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the parts of an invocation end: the API's calls, crhelper's patience, the delivery."""

    calls: Deadline
    frame: Deadline
    delivery: Deadline

    @classmethod
    def of(cls, context: Context, clock: Callable[[], float]) -> Self:
        """Shares of the time that an invocation has left."""
        start, seconds = clock(), context.get_remaining_time_in_millis() / 1000
        return cls(*(Deadline(start + seconds * share, clock) for share in (0.7, 0.8, 0.98)))

    def get_remaining_time_in_millis(self) -> int:
        """Crhelper's view of the context: it answers half a second before this runs out."""
        return int(self.frame.seconds_left() * 1000)


class CrhelperAdapter(CfnResource):
    """crhelper around one event.

    Args:
        delivery: takes the answer.
        fallback_id: the physical id of an answer that is sent before there is another.
    """

    def __init__(self, delivery: Delivery, fallback_id: str) -> None:
        super().__init__(log_level="CRITICAL", boto_level="CRITICAL", sleep_on_delete=0)
        # It quiets every logger but its own, which writes down the event and the address.
        logging.getLogger("crhelper").setLevel("CRITICAL")
        self._delivery = delivery
        self._fallback_id = fallback_id
        self._made = ""

    def run(
        self,
        operation: str,
        address: ReturnAddress,
        schedule: Schedule,
        work: Callable[[], Outcome],
    ) -> str:
        """Do some work, and answer by its outcome or before its time is up.

        Returns:
            The physical id of what the work made, or may have made though it failed. It may not
            be what was answered. Empty if nothing was made.
        """

        @self.create
        @self.update
        @self.delete
        def do(_event: object, _context: object) -> str:
            return self._physical_id(work)

        self(_event(operation, address), schedule)
        return self._made

    def _physical_id(self, work: Callable[[], Outcome]) -> str:
        self.NoEcho = True
        self.PhysicalResourceId = self._fallback_id
        try:
            outcome = work()
        except RequestFailed as failure:
            self.PhysicalResourceId, self._delivery.reason = failure.physical_id, str(failure)
            self._made = failure.left_behind
            raise
        self._made = outcome.physical_id if outcome.is_new else ""
        self.Data.update(outcome.attributes)
        return outcome.physical_id

    def _send(self, status: str | None = None, reason: str = "") -> None:
        super()._send(status, reason, send_response=self._delivery)  # type: ignore[misc]  # not in its stubs


def _event(operation: str, address: ReturnAddress) -> Mapping[str, Any]:
    """No more of the event than crhelper needs: what it is not given it can neither log nor obey."""
    return {
        "RequestType": operation or RequestType.DELETE,
        "ResponseURL": address.response_url,
        "StackId": address.stack_id,
        "RequestId": address.request_id,
        "LogicalResourceId": address.logical_resource_id,
    }
