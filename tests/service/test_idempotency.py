"""Repeated creations over the wire: one session for one key, whenever the repetition comes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import boto3
import pytest
from tests.service.conftest import VOICE_CONNECTOR_ID

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, SessionKey
from chime_proxy_service.wire.api import Api

PassTime = Callable[..., None]
PATH = f"/voice-connectors/{VOICE_CONNECTOR_ID}/proxy-sessions"
WANTED = {
    "ParticipantPhoneNumbers": ["+14015550101", "+12065550100"],
    "Capabilities": ["Voice"],
    "ExpiryMinutes": 60,
}
ROLE = "arn:aws:sts::111122223333:assumed-role/provider"


@pytest.fixture
def api(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> Api:
    """The API of a service whose connector is configured."""
    service.put_configuration(connector, configuration)
    return Api(service, default_region="us-east-1")


def create(
    api: Api,
    *,
    wanted: dict[str, Any] = WANTED,
    arn: str | None = None,
    account: str = "111122223333",
    path: str = PATH,
    **headers: str,
) -> tuple[int, dict[str, Any]]:
    """Ask for a session as an HTTP API does; returns status and session or error."""
    authorizer = {"iam": {"accountId": account, "userArn": arn}} if arn else {}
    answer = api.handle(
        {
            "rawPath": path,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "requestContext": {
                "http": {"method": "POST"},
                "stage": "$default",
                "requestId": "1",
                "authorizer": authorizer,
            },
            "body": json.dumps(wanted),
            "isBase64Encoded": False,
        }
    )
    body = json.loads(answer["body"])
    return answer["statusCode"], body.get("ProxySession", body)


def sessions(api: Api) -> int:
    """Count the sessions that there are."""
    event = {
        "rawPath": PATH,
        "headers": {},
        "requestContext": {"http": {"method": "GET"}, "stage": "$default", "requestId": "1"},
        "isBase64Encoded": False,
    }
    return len(json.loads(api.handle(event)["body"])["ProxySessions"])


@pytest.mark.parametrize("header", ["idempotency_key", "amz_sdk_invocation_id"])
def test_repetition_gets_the_session_as_it_is_now(
    api: Api, pass_time: PassTime, header: str
) -> None:
    """The same request under the same key makes one session; the answer shows its present state."""
    keys: dict[str, Any] = {header: "1"}
    again = partial(create, api, **keys)
    status, first = again()
    pass_time(minutes=30)

    assert status == 201
    assert again() == (201, first)
    pass_time(minutes=30)
    assert again() == (
        201,
        first | {"Status": "Closed", "EndedTimestamp": "2020-04-15T17:10:10.288Z"},
    )
    assert sessions(api) == 1


def test_repetition_survives_what_would_refuse_a_new_session(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
) -> None:
    """A repetition is answered though its session has the last number, or the connector closed."""
    service = make_service(numbers=("+12125550100",))
    service.put_configuration(connector, configuration)
    api = Api(service, default_region="us-east-1")
    first = create(api, idempotency_key="1")

    assert create(api, idempotency_key="2")[1]["Code"] == "BadRequest"
    assert create(api, idempotency_key="1") == first
    service.delete_configuration(connector)
    assert create(api, idempotency_key="1") == first


def test_key_of_a_session_that_is_no_longer_kept_is_free(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
    pass_time: PassTime,
) -> None:
    """A session that cannot be read any more is no answer to its key, if a new one is refused."""
    service = make_service(numbers=("+12125550100",))
    service.put_configuration(connector, configuration)
    api = Api(service, default_region="us-east-1")
    create(api, idempotency_key="1")
    pass_time(days=31)
    service.put_configuration(connector, replace(configuration, disabled=True))

    assert create(api, idempotency_key="1")[0] == 403


def test_simultaneous_repetitions_make_one_session(api: Api) -> None:
    """Ten requests at once under one key get the same session."""
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: create(api, idempotency_key="1"), range(10)))

    assert {(status, one["ProxySessionId"]) for status, one in answers} == {
        (201, answers[0][1]["ProxySessionId"])
    }
    assert sessions(api) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"ExpiryMinutes": 61},
        {"ParticipantPhoneNumbers": ["+12065550100", "+14015550101"]},
        {"Name": "Ride"},
        {"GeoMatchParams": {"Country": "US", "AreaCode": ""}},
    ],
)
def test_key_of_another_request_is_a_conflict(api: Api, other: dict[str, Any]) -> None:
    """The same key with another request is refused, without a number, and makes nothing."""
    create(api, idempotency_key="1")

    status, error = create(api, wanted=WANTED | other, idempotency_key="1")

    assert (status, error["Code"]) == (409, "Conflict")
    assert "use another key" in error["Message"]
    assert not any(map(str.isdigit, error["Message"]))
    assert sessions(api) == 1


def test_key_of_a_deleted_session_is_a_conflict_for_a_day(
    api: Api, service: ProxySessionService, connector: Connector, pass_time: PassTime
) -> None:
    """A repetition after the deletion does not bring the session back, and is not told "gone"."""
    _, first = create(api, idempotency_key="1")
    service.delete(SessionKey(connector, first["ProxySessionId"]))

    for hours in (0, 23):
        pass_time(hours=hours)
        assert create(api, idempotency_key="1")[0] == 409
    assert sessions(api) == 0
    pass_time(hours=2)
    assert create(api, idempotency_key="1")[0] == 201


def test_key_belongs_to_account_role_and_connector(
    api: Api, service: ProxySessionService, configuration: ProxyConfiguration
) -> None:
    """The same key from another account, role, user or connector makes another session."""
    other = "zyxwvu9tsrq8ponmlk7jih"
    service.put_configuration(Connector("us-east-1", other), configuration)
    asked = partial(create, api, idempotency_key="1")

    answers = [
        asked(),
        asked(arn=f"{ROLE}/one"),
        asked(arn=f"{ROLE}-2/one"),
        asked(arn=f"{ROLE}/one", account="444455556666"),
        asked(arn="arn:aws:iam::111122223333:user/provider/one"),
        asked(path=PATH.replace(VOICE_CONNECTOR_ID, other)),
    ]

    assert len({session["ProxySessionId"] for _, session in answers}) == len(answers)


def test_sessions_of_a_role_are_one_caller(api: Api) -> None:
    """A repetition may come from another container, which has assumed the role by another name."""
    first = create(api, idempotency_key="1", arn=f"{ROLE}/container-1")

    assert create(api, idempotency_key="1", arn=f"{ROLE}/container-2") == first


def test_repetition_says_that_it_is_one(api: Api) -> None:
    """A repeated answer has a header, by which a caller knows that it has created nothing."""
    event = {
        "rawPath": PATH,
        "headers": {"idempotency-key": "1"},
        "requestContext": {"http": {"method": "POST"}, "stage": "$default", "requestId": "1"},
        "body": json.dumps(WANTED),
        "isBase64Encoded": False,
    }

    headers = [api.handle(event)["headers"].get("Idempotent-Replayed") for _ in range(2)]
    assert headers == [None, "true"]


def test_requests_without_a_key_are_apart(api: Api) -> None:
    """Two requests without a key make two sessions."""
    assert create(api)[1]["ProxySessionId"] != create(api)[1]["ProxySessionId"]


def test_retries_of_boto3_make_one_session(endpoint: str) -> None:
    """boto3 repeats a creation whose answer it did not get, and gets the session that was made."""
    client = boto3.client("chime-sdk-voice", region_name="us-east-1", endpoint_url=endpoint)
    methods: list[str] = []

    def repeat_once(response: Any, attempts: int, **_: Any) -> int | None:
        return 0 if response and attempts == 1 else None

    client.meta.events.register("before-send", lambda request, **_: methods.append(request.method))
    client.meta.events.register_first("needs-retry.chime-sdk-voice", repeat_once)
    session = client.create_proxy_session(VoiceConnectorId=VOICE_CONNECTOR_ID, **WANTED)
    listed = client.list_proxy_sessions(VoiceConnectorId=VOICE_CONNECTOR_ID)["ProxySessions"]
    client.close()

    assert methods.count("POST") == 2
    assert listed == [session["ProxySession"]]


def test_session_is_counted_once_however_often_it_is_asked_for(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> None:
    """A creation is a metric of the function; its repetition is none."""
    lines: list[str] = []
    service.put_configuration(connector, configuration)
    api = Api(service, default_region="us-east-1", noted=Metrics("calls", lines.append).count)

    assert create(api, idempotency_key="1") == create(api, idempotency_key="1")

    (line,) = map(json.loads, lines)
    assert line["Created"] == 1
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "Created", "Unit": "Count"}]
