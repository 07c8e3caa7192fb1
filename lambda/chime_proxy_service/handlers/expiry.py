"""The entry point of the function that EventBridge Scheduler invokes at the expiry of a session."""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.expiry import after_check
from chime_proxy_service.handlers.events import EventBus
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.schedules import Schedules, read_check
from chime_proxy_service.handlers.settings import ScheduleSettings
from chime_proxy_service.records import SessionRecord
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table

# Nobody waits. The two calls of a check end within the function's thirty seconds.
_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
)
_metrics = Metrics(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"))
_table = Table(boto3.client("dynamodb", config=_CONFIG), os.environ["TABLE_NAME"])
_scheduler = boto3.client("scheduler", config=_CONFIG)
_clock = partial(datetime.now, UTC)


class FailedError(Exception):
    """A check was not made to its end; Lambda repeats it."""


def _lost(cause: str) -> None:
    _metrics.count_lost_event(cause)
    raise FailedError


_bus = EventBus(boto3.client("events", config=_CONFIG), os.environ["EVENT_BUS_NAME"], _lost)


def handler(event: dict[str, Any], context: Any) -> None:
    """Check a session: send the event of its closing, or schedule the next check.

    Raises:
        FailedError: the log names the place of the failure.
    """
    try:
        _check(event, context.invoked_function_arn)
    except Exception as error:  # noqa: BLE001 - Lambda would log all that it came from
        log_failure(error, context.aws_request_id)
    else:
        return
    raise FailedError


def _check(event: dict[str, str], function_arn: str) -> None:
    check = read_check(event)
    found = after_check(check, DynamoDBStore(_table).session(check.session), _clock())
    if isinstance(found, SessionRecord):
        _bus.send(found)
    elif found:
        settings = ScheduleSettings.read(os.environ, function_arn)
        Schedules(_scheduler, settings, _lost).add(found)
