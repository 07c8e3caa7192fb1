"""Waiting for something that another process does."""

import time
from collections.abc import Callable

_SECONDS = 300


def eventually(condition: Callable[[], object]) -> bool:
    """Wait five minutes, as a loaded machine may need, for something that takes far less."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
