"""The function for Amazon Connect as Lambda imports it, on a table of the local DynamoDB."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.loopback import LoopbackServer
from tests.telephony.carrier import Sent
from tests.telephony.connect_carrier import INSTANCE, contact_data, disconnected, flow_event
from tests.telephony.function_scene import status
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY

from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Status

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

CALL = contact_data(Sent(ALICE.number, PROXY, {}, "call-1"))
CONTACTS = {
    "call-1": {name: CALL[name] for name in ("CustomerEndpoint", "SystemEndpoint")},
    "without-numbers": {"CustomerEndpoint": {"Address": "anonymous"}},
}
CONTEXT = SimpleNamespace(aws_request_id="a-request")
INSTANCE_ID = INSTANCE.rpartition("/")[2]


@contextmanager
def contacts_api() -> Iterator[str]:
    """Serve DescribeContact; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            contact = CONTACTS.get(self.path.removeprefix(f"/contacts/{INSTANCE_ID}/"))
            body = json.dumps({"Contact": contact}).encode()
            self.send_response(404 if contact is None else 200)
            self.send_header("x-amzn-ErrorType", "ResourceNotFoundException")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with LoopbackServer(Handler).running() as url:
        yield url


@pytest.fixture
def function(
    service: ProxySessionService,  # noqa: ARG001 - it names the table
    dynamodb: "DynamoDBClient",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """The function's module."""
    with contacts_api() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL", dynamodb.meta.endpoint_url)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("INSTANCE_ARN", INSTANCE)
        monkeypatch.setenv("ANNOUNCEMENT_LANGUAGE", "en-US")
        monkeypatch.setenv("CALL_LIMIT_SECONDS", "3600")
        name = "chime_proxy_service.handlers.connect"
        yield import_module(name)
        del sys.modules[name]


def test_call_is_connected_and_ended_by_the_contact_event(
    service: ProxySessionService, function: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The numbers of an ended call are looked up; the two lines have none."""
    answer = function.handler(flow_event(CALL, {}), CONTEXT)
    assert answer["recipient"] == BOB.number
    assert status(service) is Status.IN_PROGRESS

    assert function.handler(disconnected("call-1"), CONTEXT) == {}

    assert status(service) is Status.OPEN
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(one).get("outcome") for one in lines] == [None, "Completed"]
    assert not found(lines, (ALICE, BOB), [])


def test_end_of_a_contact_without_numbers_changes_nothing(
    service: ProxySessionService, function: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hidden number, or a contact that was no call, has no session."""
    function.handler(flow_event(CALL, {}), CONTEXT)
    capsys.readouterr()

    assert function.handler(disconnected("without-numbers"), CONTEXT) == {}

    assert status(service) is Status.IN_PROGRESS
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (flow_event(CALL | {"InstanceARN": "another"}, {}), "ForeignInstanceError"),
        (disconnected("call-2"), "ResourceNotFoundException"),
        ({"Details": {}}, "KeyError"),
    ],
    ids=["another instance", "unknown contact", "no event"],
)
def test_failure_is_logged_by_its_place_and_raised_without_its_text(
    function: Any, capsys: pytest.CaptureFixture[str], event: dict[str, Any], cause: str
) -> None:
    """Lambda logs the error that is raised, and that has neither a text nor a cause."""
    with pytest.raises(function.FailedError) as raised:
        function.handler(event, CONTEXT)

    assert str(raised.value) == ""
    assert raised.value.__context__ is raised.value.__cause__ is None
    (line,) = capsys.readouterr().out.splitlines()
    assert cause in line
    assert not found([line], (ALICE, BOB), [])
