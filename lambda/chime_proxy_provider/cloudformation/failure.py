"""Turns whatever goes wrong while a request is served into a failed answer.

The physical id of a failed answer decides what CloudFormation deletes next, so each failure has one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chime_proxy_provider.cloudformation.event import ReturnAddress, is_physical_id
from chime_proxy_provider.cloudformation.marker_id import nothing_created, perhaps_created
from chime_proxy_provider.cloudformation.response import reason
from chime_proxy_provider.errors import InternalFailure, InvalidTypeConfiguration, ProviderError


class RequestFailed(Exception):
    """The request failed; the text is the answer's `Reason`.

    Args:
        error: the failure.
        physical_id: the answer's physical id.
    """

    def __init__(self, error: ProviderError, physical_id: str) -> None:
        super().__init__(reason(f"{type(error).__name__}: {error}"))
        self.physical_id = physical_id
        self.possible_physical_id = error.possible_physical_id


@contextmanager
def failures_answered(event: Mapping[str, Any], address: ReturnAddress) -> Iterator[None]:
    """Raise `RequestFailed`, without anything secret, in place of any other exception."""
    try:
        yield
    except ProviderError as error:
        # With wrong settings no delivery made a call, an earlier one neither.
        is_unknown = error.outcome_unknown and not isinstance(error, InvalidTypeConfiguration)
        own_id = failure_id(event, address, outcome_unknown=is_unknown)
        physical_id = error.possible_physical_id or own_id
        raise RequestFailed(error, physical_id) from None
    except Exception as error:  # noqa: BLE001 - the text of an unforeseen error may hold a number
        failure = InternalFailure(f"{type(error).__name__} at {_place(error)}")
        physical_id = failure_id(event, address, outcome_unknown=True)
        raise RequestFailed(failure, physical_id) from None


def failure_id(event: Mapping[str, Any], address: ReturnAddress, *, outcome_unknown: bool) -> str:
    """The physical id of a failed answer: the event's own; on Create, where there is none, a marker.

    Args:
        event: the event.
        address: the ids of the request.
        outcome_unknown: True if the Create may have created something.
    """
    own = event.get("PhysicalResourceId")
    if is_physical_id(own):
        return own
    marker = perhaps_created if outcome_unknown else nothing_created
    return marker(address.request_id)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "unknown"
