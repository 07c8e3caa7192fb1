"""Sends a header that the SDK's model of an operation does not have."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient


@contextmanager
def request_header(client: "BaseClient", name: str, value: str) -> Iterator[None]:
    """Send a header with the calls that this thread makes within the context; it is signed.

    An event that ran out of time may still be at work in another thread, with the same client.
    """
    thread = get_ident()

    def add(params: dict[str, Any], **_: Any) -> None:
        if get_ident() == thread:
            params["headers"][name] = value

    events = client.meta.events
    events.register("before-call", add)
    try:
        yield
    finally:
        events.unregister("before-call", add)
