"""The entry point of the function that the flow of an Amazon Connect instance invokes."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.events import event_sender
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.settings import ConnectSettings
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.records import ContactRecord
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.connect import AmazonConnect
from chime_proxy_service.telephony.switchboard import Switchboard

# A flow waits eight seconds for an answer.
_CONFIG = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)
_settings = ConnectSettings.read(os.environ)
_metrics = Metrics(_settings.function_name)
_send = event_sender(_settings.event_bus, _metrics.count_lost_event)


class FailedError(Exception):
    """An event was not answered; the flow takes its error branch, and EventBridge's comes again."""


def _record(record: ContactRecord) -> None:
    _metrics.record(record)
    _send(record)


@cache
def _connect() -> Any:
    # Its model is large, and callers do not wait for it.
    return boto3.client("connect", config=_CONFIG)


def _describe(contact_id: str) -> Mapping[str, Any]:
    instance_id = _settings.instance_arn.rpartition("/")[2]
    contact: Mapping[str, Any] = _connect().describe_contact(
        InstanceId=instance_id, ContactId=contact_id
    )["Contact"]
    return contact


_service = ProxySessionService(
    DynamoDBStore(Table(boto3.client("dynamodb", config=_CONFIG), _settings.table)),
    # It connects sessions and creates none.
    NumberPool([]),
    clock=partial(datetime.now, UTC),
    call_limit=_settings.call_limit,
)
_calls = AmazonConnect(
    Switchboard(_service, record=_record, noted=_metrics.count),
    instance_arn=_settings.instance_arn,
    describe=_describe,
    region=_settings.region,
    language=_settings.language,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Answer one event of the flow or of EventBridge.

    Raises:
        FailedError: the log names the place of the failure.
    """
    try:
        return _calls.answer(event)
    except Exception as error:  # noqa: BLE001 - its text may hold a phone number
        log_failure(error, context.aws_request_id)
    # Lambda would log what this error came from.
    raise FailedError
