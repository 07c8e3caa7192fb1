"""The Lambda function's entry point: the service behind a function URL or an HTTP API.

It keeps sessions in the memory of its container. Give the function a reserved concurrency of 1, so
that all requests meet the same sessions; they are lost when Lambda stops the container.
"""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

_service = ProxySessionService(
    MemoryStore(), NumberPool(fictional_numbers()), clock=partial(datetime.now, UTC)
)
_api = Api(_service, default_region=os.environ["AWS_REGION"])


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one request in payload format 2.0."""
    return _api.handle(event)
