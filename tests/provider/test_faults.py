"""What the API may do to a call, and what the handler makes of it."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from tests.doubles import (
    CONNECTOR,
    DRIVER,
    NOW,
    PHYSICAL_ID,
    REQUEST,
    RIDER,
    Answers,
    Api,
    Context,
    event,
    properties,
    response_url,
    session,
)

from chime_proxy_provider import handler as provider
from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion
from chime_proxy_provider.proxy_session.name import session_name

DECLARED = {
    "VoiceConnectorId": CONNECTOR,
    "ParticipantPhoneNumbers": [RIDER, DRIVER],
    "Capabilities": ["SMS", "Voice"],
    "ExpiryMinutes": 60,
}

Handle = Callable[[Any], dict[str, Any]]

IAM_DENIAL = (
    "User: arn:aws:sts::123456789012:assumed-role/R/F is not authorized to perform: chime:X"
)
NAME = session_name(read_address(event("Create")))


class Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: Any) -> Any:
        """The whole body."""
        yield self.read()


def handler(
    answers: Answers,
    client: Any,
    refused: RefusedDeletion = RefusedDeletion.FAIL,
    pauses: list[float] | None = None,
) -> provider.Handler:
    """A handler that notes its pauses instead of making them."""
    return provider.Handler(
        client=lambda: client,
        routes=lambda _: [answers],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=refused,
        now=lambda: NOW,
        clock=lambda: 0.0,
        sleep=([] if pauses is None else pauses).append,
    )


@pytest.mark.parametrize("status", [201, 400, 404, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"<html>",
        b"[" * 100_000,
        b'{"ProxySession":{"ProxySessionId":"123a4bc5',
        b'{"ProxySession":[]}',
        b'{"ProxySession":"+14015550101"}',
        b'{"ProxySession":{"ProxySessionId":7}}',
        b'{"ProxySession":{"ProxySessionId":""}}',
        b'{"ProxySession":{"ProxySessionId":" a"}}',
        b'{"ProxySession":{"ProxySessionId":"a\\nb"}}',
        b'{"ProxySession":{"ProxySessionId":"' + b"x" * 129 + b'"}}',
        b'{"ProxySession":{"ProxySessionId":"a","CreatedTimestamp":"never"}}',
        b'{"ProxySession":{"ProxySessionId":"a","ExpiryMinutes":1e400}}',
        b'{"Message":{"a":1}}',
    ],
)
def test_unreadable_answers(answers: Answers, status: int, body: bytes) -> None:
    """Whatever the API answers, the event is answered, with nothing of the body in the reason."""

    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, status, HTTPHeaders(), Raw(body))

    client = boto3.client("chime-sdk-voice", config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send.chime-sdk-voice", respond)

    handler(answers, client)(event("Create"), Context())

    assert answers.only["Status"] == "FAILED"
    assert answers.only["PhysicalResourceId"].startswith("create-")
    assert "4015550101" not in answers.only["Reason"]


@pytest.mark.parametrize("number", [7, ["+19135550199"], {"Number": "+19135550199"}])
def test_attributes_are_strings(answers: Answers, number: Any) -> None:
    """Where the API answers with another type, the attribute still is a string."""
    ends = [{"PhoneNumber": "+14015550101", "ProxyPhoneNumber": number}]
    body = json.dumps({"ProxySession": {"ProxySessionId": "a", "Participants": ends}}).encode()

    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 201, HTTPHeaders(), Raw(body))

    client = boto3.client("chime-sdk-voice", config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send.chime-sdk-voice", respond)

    handler(answers, client)(event("Create"), Context())

    assert {type(value) for value in answers.only["Data"].values()} == {str}


def test_new_role(api: Api, handle: Handle) -> None:
    """A Create waits a little for a role that IAM does not know everywhere yet."""
    api.fails("create_proxy_session", 403, "AccessDeniedException", IAM_DENIAL)
    api.fails("create_proxy_session", 403, "ForbiddenException", IAM_DENIAL)
    api.answers("create_proxy_session", {"ProxySession": session()})

    assert handle(event("Create"))["Status"] == "SUCCESS"


def test_missing_permission(api: Api, handle: Handle) -> None:
    """A permission that stays away fails the Create in the end, with nothing made."""
    for _ in range(6):
        api.fails("create_proxy_session", 403, "AccessDeniedException", IAM_DENIAL)

    answer = handle(event("Create"))

    assert answer["Reason"].startswith("AccessDenied: ")
    assert answer["PhysicalResourceId"] == f"create-failed/{REQUEST}"


def test_missing_permission_to_delete(api: Api, answers: Answers) -> None:
    """A Delete that IAM refuses fails at once, even where refusals of the API are let pass."""
    api.fails("delete_proxy_session", 403, "ForbiddenException", IAM_DENIAL)

    handler(answers, api.client, RefusedDeletion.ABANDON)(event("Delete"), Context())

    assert answers.only["Status"] == "FAILED"
    assert answers.only["Reason"].startswith("AccessDenied: ")


def test_delete_that_an_ended_service_refuses_can_be_abandoned(api: Api, answers: Answers) -> None:
    """Where it is asked for, a service that has ended does not keep a stack from being deleted."""
    message = "Account Id 123456789012 is not authorized to call deprecated API"
    api.fails("delete_proxy_session", 403, "ForbiddenException", message)

    handler(answers, api.client, RefusedDeletion.ABANDON)(event("Delete"), Context())

    assert answers.only["Status"] == "SUCCESS"


def test_session_that_the_api_calls_gone_is_deleted(api: Api, handle: Handle) -> None:
    """An API that says it is gone has nothing left to delete."""
    api.fails("delete_proxy_session", 410, "GoneException")

    assert handle(event("Delete"))["Status"] == "SUCCESS"


def _throttle(client: Any, retry_after: str) -> None:
    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = HTTPHeaders.from_dict({"Retry-After": retry_after})
        return AWSResponse(request.url, 429, headers, Raw(b"{}"))

    client.meta.events.register("before-send.chime-sdk-voice", respond)


@pytest.mark.parametrize(
    ("retry_after", "first", "number"), [("3", [3.0, 3.0, 3.0], 5), ("100", [], 0), ("soon", [], 5)]
)
def test_retry_after(answers: Answers, retry_after: str, first: list[float], number: int) -> None:
    """The API's own wish for a pause is met, unless it is longer than there is time."""
    client = boto3.client("chime-sdk-voice", config=Config(retries={"total_max_attempts": 1}))
    _throttle(client, retry_after)
    pauses: list[float] = []

    handler(answers, client, pauses=pauses)(event("Create"), Context())

    assert len(pauses) == number
    assert pauses[: len(first)] == first
    assert answers.only["Reason"].startswith("Throttling: ")


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_event_after_its_deadline_does_nothing(handle: Handle, request_type: str) -> None:
    """What CloudFormation has stopped waiting for is not done any more: nobody would know of it."""
    stale = event(request_type, ResponseURL=response_url(signed="20261121T115500Z"))

    assert "had stopped waiting" in handle(stale)["Reason"]


def test_stale_delete(api: Api, handle: Handle) -> None:
    """A Delete is never too late."""
    api.answers("delete_proxy_session", {})
    stale = event("Delete", ResponseURL=response_url(signed="20261121T110000Z"))

    assert handle(stale)["Status"] == "SUCCESS"


@pytest.mark.parametrize("late", ["", "20261121T115900Z"])
def test_create_never_takes_a_session_by_the_name_that_the_user_chose(
    api: Api, handle: Handle, late: str
) -> None:
    """A session with the same name and participants may be another resource's."""
    expected = {**DECLARED, "Name": "Ride 7"}
    api.answers("create_proxy_session", {"ProxySession": session(Name="Ride 7")}, expected)
    address = {"ResponseURL": response_url(signed=late)} if late else {}

    answer = handle(event("Create", ResourceProperties=properties(Name="Ride 7"), **address))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID


def test_lost_answer_to_a_named_create_takes_no_session(api: Api, handle: Handle) -> None:
    """Even one that was created at the same moment may be another resource's."""
    api.fails("create_proxy_session", 500, "ServiceFailureException")

    answer = handle(event("Create", ResourceProperties=properties(Name="Ride 7")))

    assert answer["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"


def test_nothing_of_one_stack_reaches_the_next(api: Api, answers: Answers) -> None:
    """One handler serves two stacks in turn, and nothing of the first reaches the second."""
    api.answers("create_proxy_session", {"ProxySession": session(Name=NAME)})
    api.fails("create_proxy_session", 400, "BadRequestException")
    serve = handler(answers, api.client)
    other: Mapping[str, Any] = event(
        "Create", StackId="other", RequestId="2", LogicalResourceId="B"
    )

    serve(event("Create"), Context())
    serve(other, Context())

    first, second = map(str, answers.bodies)
    assert NAME in first
    assert NAME not in second
    assert '"Data":{}' in second


@pytest.mark.parametrize("physical_id", ["create-interrupted/1", "Calls-Ride-1K2M3N4P5Q6R"])
def test_ended_service_holds_no_stack(api: Api, answers: Answers, physical_id: str) -> None:
    """A Delete that would look for sessions is let pass too where a refusal of the API is."""
    api.fails("list_proxy_sessions", 403, "ForbiddenException", "proxy sessions have ended")
    delete = event("Delete", PhysicalResourceId=physical_id)

    handler(answers, api.client, RefusedDeletion.ABANDON)(delete, Context())

    assert answers.only["Status"] == "SUCCESS"


@pytest.mark.parametrize("connector", ["", "arn:aws:chime:us-east-1:123456789012:vc/x", "x" * 300])
def test_delete_of_what_cannot_be(handle: Handle, connector: str) -> None:
    """A resource whose connector's id is none has nothing to look for."""
    delete = event(
        "Delete",
        PhysicalResourceId="Calls-Ride-1K2M3N4P5Q6R",
        ResourceProperties=properties(VoiceConnectorId=connector),
    )

    assert handle(delete)["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "described",
    [
        '"Participants":[null]',
        '"CreatedTimestamp":"0001-01-01T00:00:00+05:00"',
    ],
)
def test_session_that_cannot_be_told_of(answers: Answers, described: str) -> None:
    """What CloudFormation could not be told of is deleted before the failure is answered."""
    methods: list[str] = []

    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        methods.append(str(request.method))
        body = f'{{"ProxySession":{{"ProxySessionId":"new",{described}}}}}'
        return AWSResponse(request.url, 201, HTTPHeaders(), Raw(body.encode()))

    client = boto3.client("chime-sdk-voice", config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send.chime-sdk-voice", respond)
    handler(answers, client)(
        event("Create", ResourceProperties=properties(Name="Ride 7")), Context()
    )

    assert answers.only["Status"] == "FAILED"
    assert methods == ["POST", "DELETE"]
