"""The handler of crhelper's README without TLS: crhelper insists on it, and the local cloud has none.

As in Lambda, what is logged is written.
"""

import logging
from http.client import HTTPConnection

import crhelper.utils


class _Plain(HTTPConnection):
    def __init__(self, host: str, context: object = None) -> None:
        del context
        super().__init__(host)


logging.basicConfig()
vars(crhelper.utils)["HTTPSConnection"] = _Plain

from readme_crhelper import handler  # noqa: E402 - after its sender was replaced

__all__ = ["handler"]
