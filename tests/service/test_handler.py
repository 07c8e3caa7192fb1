import base64
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module, reload
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from tests.service.tables import create_table

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.errors import NoNumberError, NotFoundError, UnavailableError
from chime_proxy_service.handlers.failure import failures_answered
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.handlers.settings import NUMBERS_FILE, Settings
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import ProxySession, SessionKey
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

VOICE_CONNECTOR = "/voice-connectors/abcdef1ghij2klmno3pqr4"
PROXY = f"{VOICE_CONNECTOR}/programmable-numbers/proxy"
SESSIONS = f"{VOICE_CONNECTOR}/proxy-sessions"
ALICE, BOB = "+13105550111", "+13105550122"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
WANTED = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}


def event(method: str, path: str = PROXY, body: bytes = b"") -> dict[str, Any]:
    """Make the event of a request."""
    return lambda_event(http_request(method, path, [("Content-Type", "application/json")], body))


@pytest.fixture
def handler(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """Import the handler as Lambda does, on a table of its own."""
    monkeypatch.setenv("TABLE_NAME", create_table(dynamodb))
    monkeypatch.setenv("PROXY_PHONE_NUMBERS", "+12065550101")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.meta.endpoint_url)
    name = "chime_proxy_service.handlers.api"
    yield import_module(name).handler
    del sys.modules[name]


def test_new_container_knows_what_another_one_wrote(handler: Handler) -> None:
    """A container reads from the table the configuration that another has written."""
    put = handler(event("PUT", body=json.dumps(WANTED).encode()), None)
    other = reload(sys.modules["chime_proxy_service.handlers.api"])
    asked = event("GET")
    get = other.handler(asked, None)

    assert put["statusCode"] == get["statusCode"] == 200
    assert get["body"] == put["body"]
    assert get["headers"]["x-amzn-RequestId"] == asked["requestContext"]["requestId"]


def test_session_has_a_declared_number(handler: Handler) -> None:
    """A session of the deployed handler gets a number of its settings."""
    wanted = {"ParticipantPhoneNumbers": [ALICE, BOB], "Capabilities": ["Voice"]}
    handler(event("PUT", body=json.dumps(WANTED).encode()), None)

    answer = handler(event("POST", SESSIONS, json.dumps(wanted).encode()), None)

    (number,) = {
        one["ProxyPhoneNumber"]
        for one in json.loads(answer["body"])["ProxySession"]["Participants"]
    }
    assert number == "+12065550101"


def test_body_may_come_as_text(handler: Handler) -> None:
    """An HTTP API sends a body of text as it is, not in base64."""
    encoded = event("PUT", body=json.dumps(WANTED).encode())
    text = base64.b64decode(encoded["body"]).decode()

    answer = handler(encoded | {"body": text, "isBase64Encoded": False}, None)

    assert answer["statusCode"] == 200


def test_path_may_begin_with_the_stage(handler: Handler) -> None:
    """An HTTP API with a named stage puts that name before the path."""
    staged = event("PUT", f"/prod{PROXY}", json.dumps(WANTED).encode())
    staged["requestContext"]["stage"] = "prod"

    assert handler(staged, None)["statusCode"] == 200


def test_settings_have_the_numbers_of_the_file_and_the_environment(tmp_path: Path) -> None:
    """Numbers known at synthesis come from a file, the others from the environment; each once."""
    (tmp_path / NUMBERS_FILE).write_text(json.dumps(["+12065550101", "+12065550102"]))
    environment = {
        "AWS_REGION": "us-east-1",
        "TABLE_NAME": "sessions",
        "PROXY_PHONE_NUMBERS": "+12065550103,+12065550101",
    }

    settings = Settings.read(environment, ["/nowhere", str(tmp_path)])
    assert settings.phone_numbers == ("+12065550101", "+12065550102", "+12065550103")
    assert settings.retention == timedelta(days=30)
    week = Settings.read({**environment, "RETENTION_DAYS": "7"}, ["/nowhere"])
    assert week.retention == timedelta(days=7)
    without = Settings.read({**environment, "PROXY_PHONE_NUMBERS": ""}, ["/nowhere"])
    assert without.phone_numbers == ()


def test_errors_that_somebody_must_mend_are_counted() -> None:
    """No free number and an unavailable table are metrics of the function; other errors are none."""
    lines: list[str] = []
    metrics = Metrics("calls", write=lines.append, now=lambda: 1.5)

    for error in (NoNumberError("no"), UnavailableError("no"), NotFoundError("no")):
        metrics.count(error)

    found = [json.loads(line) for line in lines]
    assert [one["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for one in found] == [
        "NoNumber",
        "Unavailable",
    ]
    assert found[0] == {
        "_aws": {
            "Timestamp": 1500,
            "CloudWatchMetrics": [
                {
                    "Namespace": "ChimeProxyService",
                    "Dimensions": [["FunctionName"]],
                    "Metrics": [{"Name": "NoNumber", "Unit": "Count"}],
                }
            ],
        },
        "FunctionName": "calls",
        "NoNumber": 1,
    }


def test_sessions_and_exhausted_numbers_are_counted(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    """The deployed handler writes the metric of a session, and of one that got no number."""
    wanted = {"ParticipantPhoneNumbers": [ALICE, BOB], "Capabilities": ["Voice"]}
    handler(event("PUT", body=json.dumps(WANTED).encode()), None)

    for _ in range(2):
        handler(event("POST", SESSIONS, json.dumps(wanted).encode()), None)

    written = capsys.readouterr().out
    created, refused = map(json.loads, written.splitlines())
    assert (created["Created"], refused["NoNumber"]) == (1, 1)
    assert ALICE not in written


@pytest.mark.parametrize("numbers", ["12065550101", "+12065550101,+1 206 555 0102", "x"])
def test_deployed_number_that_is_none_stops_the_function(numbers: str) -> None:
    """A number that would never be handed out is refused by its place, and not repeated."""
    environment = {"AWS_REGION": "r", "TABLE_NAME": "t", "PROXY_PHONE_NUMBERS": numbers}

    with pytest.raises(ValueError, match=r"PROXY_PHONE_NUMBERS\[\d\] must be in E.164") as caught:
        Settings.read(environment, [])
    assert "206" not in str(caught.value)


def test_spaces_between_deployed_numbers_do_not_count() -> None:
    """A list of a parameter may have spaces after its commas."""
    environment = {
        "AWS_REGION": "r",
        "TABLE_NAME": "t",
        "PROXY_PHONE_NUMBERS": "+12065550101, +12065550102",
    }

    assert Settings.read(environment, []).phone_numbers == ("+12065550101", "+12065550102")


def test_failure_is_answered_and_its_log_has_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    """An unforeseen failure is the API's error; its text, which may hold a number, is not logged."""

    def fail(_: dict[str, Any]) -> dict[str, Any]:
        details = {"Error": {"Code": "ValidationException", "Message": f"bad {ALICE}"}}
        raise ClientError(details, "PutItem")

    answer = failures_answered(fail, event("GET"))

    assert answer["statusCode"] == 500
    assert answer["headers"]["x-amzn-ErrorType"] == "ServiceFailureException"
    logged = capsys.readouterr().out
    assert "ClientError ValidationException at test_handler:" in logged
    assert ALICE not in logged + json.dumps(answer)


class SlowStore(MemoryStore):
    """A store whose reading of a session waits until another request has been answered."""

    def __init__(self, answered: Event) -> None:
        super().__init__()
        self.answered = answered
        self.reading = Event()

    def session(self, key: SessionKey) -> ProxySession | None:
        """Read a session once another request has been answered."""
        self.reading.set()
        assert self.answered.wait(5)
        return super().session(key)


def test_slow_request_holds_up_no_other() -> None:
    """While one thread's request waits for the store, another thread's is answered."""
    answered = Event()
    store = SlowStore(answered)
    service = ProxySessionService(store, NumberPool([]), clock=partial(datetime.now, UTC))
    api = Api(service, default_region="us-east-1")

    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(api.handle, event("GET", f"{VOICE_CONNECTOR}/proxy-sessions/1"))
        assert store.reading.wait(5)
        assert api.handle(event("GET"))["statusCode"] == 404
        answered.set()
        assert slow.result()["statusCode"] == 404
