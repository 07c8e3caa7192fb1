import threading

from tests.contract.resource import Resource
from tests.contract.ride import ride


def test_no_timer_counts_real_seconds(resource: Resource) -> None:
    """While an event is served, only the universe's clock counts: a slow machine changes no history."""
    timers: list[threading.Thread] = []

    def note(_operation: str, _body: object) -> None:
        timers.extend(one for one in threading.enumerate() if isinstance(one, threading.Timer))

    resource.universe.wire.before_call = note
    resource.create(ride().properties)

    assert resource.universe.wire.calls
    assert timers == []
