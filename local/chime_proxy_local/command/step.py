"""The steps that `chime-proxy local` shows, with the time that each takes."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from threading import Event, Thread


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show a step's name, and at its end the seconds it took; on a terminal they run."""
    started = time.monotonic()
    show(f"{text} ... ", end="")
    try:
        with _running_seconds(text) if sys.stdout.isatty() else nullcontext():
            yield
    except BaseException:
        show("failed")
        raise
    show(f"{time.monotonic() - started:.1f} s")


@contextmanager
def _running_seconds(text: str) -> Iterator[None]:
    """Show how many seconds have passed, and at the end the step's name alone."""
    ended = Event()

    def run() -> None:
        for seconds in count(1):
            if ended.wait(1):
                return
            show(f"\r{text} ... {seconds} s", end="")

    shown = Thread(target=run, daemon=True)
    shown.start()
    try:
        yield
    finally:
        ended.set()
        shown.join()
        show(f"\r{text} ... ", end="")


def show(text: str, end: str = "\n") -> None:
    """Show a text at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()
