"""The entry point of the function for Amazon Connect: flows and EventBridge invoke it."""

import gc

# Imported objects stay for good: the search for garbage among them takes a tenth of a cold start.
gc.disable()

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.adapter import switchboard_on
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.settings import AdapterSettings
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.connect import AmazonConnect

# A flow waits eight seconds for an answer.
_CONFIG = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)
_settings = AdapterSettings.read(os.environ)
_instance_arn = os.environ["INSTANCE_ARN"]


class FailedError(Exception):
    """An event was not answered; the flow takes its error branch, and EventBridge's comes again."""


@cache
def _connect() -> Any:
    # Its model is large, and callers do not wait for it.
    return boto3.client("connect", config=_CONFIG)


def _describe(contact_id: str) -> Mapping[str, Any]:
    contact: Mapping[str, Any] = _connect().describe_contact(
        InstanceId=_instance_arn.rpartition("/")[2], ContactId=contact_id
    )["Contact"]
    return contact


_calls = AmazonConnect(
    switchboard_on(
        Table(boto3.client("dynamodb", config=_CONFIG), _settings.table),
        Metrics(_settings.function_name),
        call_limit=_settings.call_limit,
        event_bus=_settings.event_bus,
    ),
    instance_arn=_instance_arn,
    describe=_describe,
    region=_settings.region,
    language=_settings.language,
)

gc.freeze()
gc.enable()


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
