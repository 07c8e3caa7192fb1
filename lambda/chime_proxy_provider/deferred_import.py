"""Imports a package that needs another one, and leaves the other unloaded until it is used."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """A module that is loaded when one of its attributes is first read."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


@contextmanager
def deferred(name: str) -> Iterator[None]:
    """Defer the loading of a module that is imported within the block.

    `importlib.util.LazyLoader` would not: an `import` of its module reads `__spec__`, which loads it.

    Example: after `with deferred("boto3"): import crhelper`, boto3 is loaded when crhelper makes its
    first client.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _Deferred(name)
    try:
        yield
    finally:
        del sys.modules[name]
