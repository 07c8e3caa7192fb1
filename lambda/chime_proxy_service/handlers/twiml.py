"""The entry point of the webhook's function: TwiML for a carrier, behind an HTTP API of its own."""

import gc

# Imported objects stay for good: the search for garbage among them takes a tenth of a cold start.
gc.disable()

import os
from typing import Any

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.adapter import switchboard_on
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.settings import AdapterSettings
from chime_proxy_service.handlers.signature import Signature
from chime_proxy_service.handlers.webhook import SignedWebhook
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.twiml import TwimlWebhook

# A carrier waits fifteen seconds for an answer, the function ends after ten.
_CONFIG = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)
_settings = AdapterSettings.read(os.environ)
_metrics = Metrics(_settings.function_name)
_secrets = boto3.client("secretsmanager", config=_CONFIG)


def _secret() -> str:
    answer = _secrets.get_secret_value(SecretId=os.environ["SECRET_ARN"])
    return str(answer["SecretString"])


_webhook = SignedWebhook(
    TwimlWebhook(
        switchboard_on(
            Table(boto3.client("dynamodb", config=_CONFIG), _settings.table),
            _metrics,
            call_limit=_settings.call_limit,
            event_bus=_settings.event_bus,
        ),
        region=_settings.region,
        language=_settings.language,
    ),
    Signature(_secret),
    refused=_metrics.count_unsigned,
)

gc.freeze()
gc.enable()


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one request in payload format 2.0."""
    try:
        return _webhook.answer(event)
    except Exception as error:  # noqa: BLE001 - its text may hold a phone number
        log_failure(error, event["requestContext"]["requestId"])
        return {"statusCode": 500, "body": ""}
