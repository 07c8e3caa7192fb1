"""The Lambda function's entry point: the service behind a function URL or an HTTP API.

Its sessions are in the memory of one container, so it serves what one container can: give the
function a reserved concurrency of 1, and expect its sessions to end with the container.
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
