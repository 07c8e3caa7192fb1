"""The Lambda function's entry point: the API on a DynamoDB table, behind an HTTP API."""

import gc

# Imported objects stay for good: the search for garbage among them takes a tenth of a cold start.
gc.disable()

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.events import CONFIG, event_sender
from chime_proxy_service.handlers.failure import failures_answered
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.schedules import Schedules
from chime_proxy_service.handlers.settings import Settings
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.records import SessionRecord
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.wire.api import Api

# A creation makes two rounds of calls. Both end within the function's ten seconds.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=10,
)
_settings = Settings.read(os.environ, sys.path)
_metrics = Metrics(_settings.function_name)
_table = Table(boto3.client("dynamodb", config=_CONFIG), _settings.table)


def _recorder() -> Callable[[SessionRecord], object]:
    """Return a function that sends a record's event, and meanwhile schedules a session's check."""
    send = event_sender(_settings.event_bus, _metrics.count_lost_event)
    if _settings.schedules is None:
        return send
    client = boto3.client("scheduler", config=CONFIG)
    schedules = Schedules(client, _settings.schedules, _metrics.count_lost_event)
    threads = ThreadPoolExecutor(1)

    def record(one: SessionRecord) -> None:
        sent = threads.submit(send, one)
        schedules.follow(one)
        sent.result()

    return record


_service = ProxySessionService(
    DynamoDBStore(_table),
    NumberPool(_settings.phone_numbers),
    clock=partial(datetime.now, UTC),
    retention=_settings.retention,
    record=_recorder(),
)
_api = Api(_service, default_region=_settings.region, noted=_metrics.count)

gc.freeze()
gc.enable()


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one request in payload format 2.0."""
    return failures_answered(_api.handle, event)
