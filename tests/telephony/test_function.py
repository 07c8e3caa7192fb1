"""The webhook's function as Lambda imports it, on a table of the local DynamoDB."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest
from tests.telephony.function_scene import service_on, status
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY, STRANGER
from twilio.request_validator import RequestValidator

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.contact import Contact, End, Outcome
from chime_proxy_service.handlers import metrics
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, Status
from chime_proxy_service.telephony.switchboard import Switchboard

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

SECRET = "a secret of the carrier"
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
CALL = {"CallSid": "CA1", "From": ALICE.number, "To": PROXY}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def secrets(dynamodb: "DynamoDBClient") -> Any:
    """A client of the local Secrets Manager."""
    endpoint = dynamodb.meta.endpoint_url
    return boto3.client("secretsmanager", region_name="us-east-1", endpoint_url=endpoint)


@pytest.fixture
def webhook(
    service: ProxySessionService, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """The function's module, its secret in the local Secrets Manager."""
    endpoint = secrets.meta.endpoint_url
    secret = secrets.create_secret(Name=f"carrier-{id(service)}", SecretString=SECRET)
    monkeypatch.setenv("SECRET_ARN", secret["ARN"])
    monkeypatch.setenv("ANNOUNCEMENT_LANGUAGE", "en-US")
    monkeypatch.setenv("CALL_LIMIT_SECONDS", "3600")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    name = "chime_proxy_service.handlers.twiml"
    yield import_module(name)
    del sys.modules[name]


@pytest.fixture
def ask(webhook: Any) -> Ask:
    """Send a request, signed by the carrier unless it says otherwise."""

    def ask(path: str, form: dict[str, str], secret: str = SECRET) -> dict[str, Any]:
        url = f"https://{HOST}{path}"
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Twilio-Signature", RequestValidator(secret).compute_signature(url, form)),
        ]
        event = lambda_event(http_request("POST", path, headers, urlencode(form).encode()))
        event["requestContext"]["domainName"] = HOST
        answer: dict[str, Any] = webhook.handler(event, None)
        return answer

    return ask


def test_call_is_connected_and_ended(
    service: ProxySessionService, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call makes the session InProgress until its end; its two lines have no number."""
    answer = ask("/call", CALL)
    assert answer["statusCode"] == 200
    assert f'timeLimit="3555" action="call-ended"><Number>{BOB.number}' in answer["body"]
    assert status(service) is Status.IN_PROGRESS

    ask("/call-ended", CALL | {"DialCallStatus": "completed", "DialCallDuration": "3"})

    assert status(service) is Status.OPEN
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(one).get("outcome") for one in lines] == [None, "Completed"]
    assert not found(lines, (ALICE, BOB), [])


def test_forged_request_is_refused_and_changes_nothing(
    service: ProxySessionService, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    """A request that the carrier did not sign is answered with 403, and counted."""
    answer = ask("/call", CALL, secret="another")

    assert (answer["statusCode"], answer["body"]) == (403, "")
    assert status(service) is Status.OPEN
    line = json.loads(capsys.readouterr().out)
    assert line.keys() == {"_aws", "FunctionName", metrics.UNSIGNED}


def test_failure_is_logged_by_its_place(
    ask: Ask, secrets: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A secret that is gone is a 500; the log has the place of the failure and no number."""
    secrets.delete_secret(SecretId=os.environ["SECRET_ARN"], ForceDeleteWithoutRecovery=True)

    assert ask("/call", CALL)["statusCode"] == 500
    (line,) = capsys.readouterr().out.splitlines()
    assert "ResourceNotFoundException at client:" in line
    assert not found([line], (ALICE,), [])


def test_contacts_need_three_operations_on_the_table(
    service: ProxySessionService, dynamodb: "DynamoDBClient"
) -> None:
    """Calls, ends, texts, deliveries, strangers and calls after the session: as the role permits."""
    made: set[str] = set()

    def count(params: dict[str, Any], model: Any, **_: Any) -> None:
        writes = [f"{kind}Item" for one in params.get("TransactItems", ()) for kind in one]
        made.update(writes or [model.name])

    contact = partial(Contact, region="us-east-1", sender=ALICE.number, proxy_phone_number=PROXY)
    call = contact(capability=Capability.VOICE, contact_id="CA1")
    text = contact(capability=Capability.SMS, contact_id="SM1")
    later = service_on(dynamodb, os.environ["TABLE_NAME"], lambda: datetime(2999, 1, 1, tzinfo=UTC))
    dynamodb.meta.events.register("before-parameter-build.dynamodb", count)
    for one in (service, later):
        switchboard = Switchboard(one, record=lambda _: None, noted=lambda _: None)
        for each in (call, text, replace(call, sender=STRANGER.number)):
            switchboard.connect(each)
            switchboard.end(End(contact=each, outcome=Outcome.COMPLETED))
    dynamodb.meta.events.unregister("before-parameter-build.dynamodb", count)

    assert made == {"GetItem", "PutItem", "UpdateItem"}
