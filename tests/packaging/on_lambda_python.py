"""Runs on CPython 3.14: imports what runs in Lambda, and serves a session's life below crhelper.

The bundle is in /var/task, what the runtime brings in /opt/python, and the project's own service
answers the API's calls in the same process. Prints what it saw, as JSON.
"""

import json
import os
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from urllib.parse import parse_qsl, urlsplit

sys.path[:0] = ["/var/task", "/opt/python", "/opt/modules", "/checkout"]
os.environ |= {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "https://calls.invalid",
    "TABLE_NAME": "sessions",
    "EVENT_BUS_NAME": "calls",
    "INSTANCE_ARN": "instance",
    "SECRET_ARN": "secret",
    "ANNOUNCEMENT_LANGUAGE": "en-US",
    "CALL_LIMIT_SECONDS": "60",
}
compiled: list[str] = []
sys.addaudithook(
    lambda name, details: compiled.append(str(details[1])) if name == "compile" else None
)

import chime_proxy_provider.handler  # noqa: E402 - found by the path

at_start = [name for name in compiled if name.startswith("/var/task")]

from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # noqa: E402
from tests.doubles import CONNECTOR, event, properties, response_url  # noqa: E402
from urllib3 import HTTPResponse  # noqa: E402

import chime_proxy_provider  # noqa: E402
import chime_proxy_service  # noqa: E402
from chime_proxy_provider.aws import clients  # noqa: E402
from chime_proxy_provider.aws.number_references import NumberReferences  # noqa: E402
from chime_proxy_provider.aws.retry import Retry  # noqa: E402
from chime_proxy_provider.cloudformation.event import read_address, read_request  # noqa: E402
from chime_proxy_provider.deadline import Deadline  # noqa: E402
from chime_proxy_provider.lifecycle.deletion import Deletion, RefusedDeletion  # noqa: E402
from chime_proxy_provider.lifecycle.lifecycle import Lifecycle  # noqa: E402
from chime_proxy_provider.lifecycle.resource_type import Dependencies  # noqa: E402
from chime_proxy_provider.resource_types import RESOURCE_TYPES  # noqa: E402
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers  # noqa: E402
from chime_proxy_service.number_pool import NumberPool  # noqa: E402
from chime_proxy_service.service import ProxySessionService  # noqa: E402
from chime_proxy_service.stores.memory import MemoryStore  # noqa: E402
from chime_proxy_service.wire.api import Api  # noqa: E402


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


api = Api(
    ProxySessionService(MemoryStore(), NumberPool(fictional_numbers()), clock=now),
    default_region="us-east-1",
)
calls: list[str] = []


def serve(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    """Answer a call of the API without a socket."""
    url = urlsplit(request.url)
    calls.append(request.method)
    body = request.body or b""
    answer = api.handle(
        {
            "version": "2.0",
            "rawPath": url.path,
            "rawQueryString": url.query,
            "headers": {name.lower(): _text(value) for name, value in request.headers.items()},
            "queryStringParameters": dict(parse_qsl(url.query)),
            "requestContext": {
                "http": {"method": request.method, "path": url.path},
                "requestId": "1",
                "stage": "$default",
            },
            "body": _text(body),
            "isBase64Encoded": False,
        }
    )
    raw = HTTPResponse(BytesIO((answer.get("body") or "").encode()), preload_content=False)
    return AWSResponse(request.url, answer["statusCode"], answer["headers"], raw)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


client = clients.api_client()
client.meta.events.register("before-send.chime-sdk-voice", serve)
client.put_voice_connector_proxy(
    VoiceConnectorId=CONNECTOR,
    DefaultSessionExpiryMinutes=60,
    PhoneNumberPoolCountries=["US"],
)
retry = Retry(Deadline(60, lambda: 0.0), lambda _: None)
references = NumberReferences(clients.secrets_manager, clients.parameter_store, retry)
sessions = RESOURCE_TYPES["Custom::ChimeProxySession"](
    Dependencies(lambda: client, retry, references, now)
)
lifecycle = Lifecycle(sessions, Deletion(sessions, RefusedDeletion.FAIL, lambda _: None), now)


def carry_out(request_type: str, **fields: Any) -> str:
    """Serve an event and return the physical id of the outcome."""
    signed = response_url(f"{now():%Y%m%dT%H%M%SZ}")
    request = event(request_type, ResponseURL=signed, **fields)
    return lifecycle.carry_out(read_request(request, read_address(request))).physical_id


longer, others = properties(ExpiryMinutes="90"), ["+14015550102", "+12065550103"]
created = carry_out("Create")
updated = carry_out("Update", PhysicalResourceId=created, ResourceProperties=longer)
replaced = carry_out(
    "Update",
    RequestId="5d478078-13e9-4b5c-8f3a-000000000002",
    PhysicalResourceId=created,
    OldResourceProperties=longer,
    ResourceProperties=properties(ParticipantPhoneNumbers=others),
)
deleted = [carry_out("Delete", PhysicalResourceId=one) for one in (created, replaced)]
left = client.list_proxy_sessions(VoiceConnectorId=CONNECTOR)["ProxySessions"]

modules = [
    module.name
    for package in (chime_proxy_provider, chime_proxy_service)
    for module in walk_packages(package.__path__, f"{package.__name__}.")
]
for name in modules:
    __import__(name)
Path("/out/seen.json").write_text(
    json.dumps(
        {
            "version": sys.version_info[:2],
            "compiled_at_start": at_start,
            "modules": modules,
            "ids": {"created": created, "updated": updated, "replaced": replaced},
            "deleted": deleted,
            "calls": calls,
            "left": len(left),
        }
    ),
    encoding="utf-8",
)
