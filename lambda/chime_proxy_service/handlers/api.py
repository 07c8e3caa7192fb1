"""The Lambda function's entry point: the API on a DynamoDB table, behind an HTTP API."""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.failure import failures_answered
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.settings import Settings
from chime_proxy_service.number_pool import NumberPool
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
_table = Table(boto3.client("dynamodb", config=_CONFIG), _settings.table)
_service = ProxySessionService(
    DynamoDBStore(_table),
    NumberPool(_settings.phone_numbers),
    clock=partial(datetime.now, UTC),
    retention=_settings.retention,
)
_metrics = Metrics(_settings.function_name)
_api = Api(_service, default_region=_settings.region, noted=_metrics.count)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one request in payload format 2.0."""
    return failures_answered(_api.handle, event)
