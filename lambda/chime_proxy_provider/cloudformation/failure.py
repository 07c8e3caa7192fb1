"""What a request is answered with, whatever happens on the way.

The physical id of a failure decides what CloudFormation deletes next, so each failure has one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chime_proxy_provider.cloudformation.event import (
    Request,
    ReturnAddress,
    is_physical_id,
    read_request,
)
from chime_proxy_provider.cloudformation.marker_id import nothing_created, perhaps_created
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.response import reason
from chime_proxy_provider.errors import InternalFailure, ProviderError


class RequestFailed(Exception):
    """The request failed; the text is the answer's `Reason`, `physical_id` its id."""

    def __init__(self, error: ProviderError, physical_id: str) -> None:
        super().__init__(reason(f"{type(error).__name__}: {error}"))
        self.physical_id = physical_id
        self.left_behind = error.possible_physical_id


def respond(
    event: Mapping[str, Any], address: ReturnAddress, carry_out: Callable[[Request], Outcome]
) -> Outcome:
    """Serve the event.

    Raises:
        RequestFailed: whatever went wrong, with nothing in its text that may not be shown.
    """
    try:
        return carry_out(read_request(event, address))
    except ProviderError as error:
        physical_id = error.possible_physical_id or failure_id(
            event, address, doubt=error.outcome_unknown
        )
        raise RequestFailed(error, physical_id) from None
    except Exception as error:  # noqa: BLE001 - the text of an unforeseen error may hold a number
        failure = InternalFailure(f"{type(error).__name__} at {_place(error)}")
        raise RequestFailed(failure, failure_id(event, address, doubt=True)) from None


def failure_id(event: Mapping[str, Any], address: ReturnAddress, *, doubt: bool) -> str:
    """The id of a failed answer: the resource's own, or a marker where it has none yet."""
    own = event.get("PhysicalResourceId")
    if is_physical_id(own):
        return own
    return perhaps_created(address.request_id) if doubt else nothing_created(address.request_id)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "unknown"
