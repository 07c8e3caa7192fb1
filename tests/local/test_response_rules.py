import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from chime_proxy_local.cloudformation.response_rules import (
    MAX_ANSWER_BYTES,
    Answer,
    Request,
    ResourceFailedError,
    read_answer,
    service_timeout,
)
from chime_proxy_local.cloudformation.response_url import presigned_query

REQUEST = Request(stack_id="stack", request_id="request", logical_resource_id="Ride")


def _answer(**changes: Any) -> bytes:
    body = {
        "Status": "SUCCESS",
        "PhysicalResourceId": "id",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Ride",
        **changes,
    }
    return json.dumps({name: value for name, value in body.items() if value != "absent"}).encode()


def test_success_is_read_as_it_is() -> None:
    """An answer that keeps all rules is read as it is."""
    read = read_answer(_answer(Data={"Status": "Open"}), REQUEST)
    assert read == Answer(physical_resource_id="id", data={"Status": "Open"})


def test_failure_is_told_in_the_words_of_aws() -> None:
    """A FAILED answer fails the resource in AWS's words and keeps its id for the Delete."""
    with pytest.raises(ResourceFailedError) as failed:
        read_answer(_answer(Status="FAILED", Reason="no number is free"), REQUEST)
    assert str(failed.value) == (
        "Received response status [FAILED] from custom resource. "
        "Message returned: no number is free (RequestId: request)"
    )
    assert failed.value.physical_resource_id == "id"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "did not receive a response"),
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (_answer(Data={"Filling": "x" * MAX_ANSWER_BYTES}), "Response object is too long."),
        (_answer(PhysicalResourceId="absent"), "Invalid PhysicalResourceId"),
        (_answer(PhysicalResourceId=""), "Invalid PhysicalResourceId"),
        (_answer(PhysicalResourceId=None), "Invalid PhysicalResourceId"),
        (_answer(PhysicalResourceId="x" * 1025), "Invalid PhysicalResourceId"),
        (_answer(StackId="absent"), "StackId"),
        (_answer(StackId="other"), "StackId"),
        (_answer(RequestId="other"), "RequestId"),
        (_answer(LogicalResourceId="absent"), "LogicalResourceId"),
        (_answer(Status="absent"), "Status must be SUCCESS or FAILED"),
        (_answer(Status="OK"), "Status must be SUCCESS or FAILED"),
        (_answer(Status="FAILED"), "must have a Reason"),
        (_answer(Status="FAILED", Reason=""), "must have a Reason"),
        (_answer(Data=["a"]), "Data must be a JSON object"),
    ],
)
def test_broken_rule_fails_the_resource(body: bytes | None, message: str) -> None:
    """An answer that breaks a rule fails the resource, says which rule, and its id is lost."""
    with pytest.raises(ResourceFailedError, match=message) as failed:
        read_answer(body, REQUEST)
    assert not failed.value.physical_resource_id


def test_longest_answer_is_accepted() -> None:
    """4096 bytes, and an id of 1 KB, are still accepted."""
    room = MAX_ANSWER_BYTES - len(_answer(PhysicalResourceId="x" * 1024, Data={"Filling": ""}))
    body = _answer(PhysicalResourceId="x" * 1024, Data={"Filling": "x" * room})
    assert len(body) == MAX_ANSWER_BYTES
    assert read_answer(body, REQUEST).physical_resource_id == "x" * 1024


@pytest.mark.parametrize(("value", "seconds"), [({}, 3600), ({"ServiceTimeout": "20"}, 20)])
def test_service_timeout_is_an_hour_by_default(value: dict[str, Any], seconds: int) -> None:
    """The provider has as long as ServiceTimeout says, and an hour without it."""
    assert service_timeout(value) == seconds


@pytest.mark.parametrize("value", ["0", "3601", "-1", "1.5", "soon"])
def test_service_timeout_out_of_range(value: str) -> None:
    """A ServiceTimeout that AWS does not take fails the resource."""
    with pytest.raises(ResourceFailedError, match="1 to 3600"):
        service_timeout({"ServiceTimeout": value})


def test_response_url_is_shaped_like_a_presigned_one() -> None:
    """A ResponseURL carries the fields of a presigned S3 URL, its age among them."""
    query = parse_qs(presigned_query(datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC), "us-east-1"))
    signature = query.pop("X-Amz-Signature")[0]
    credential = query.pop("X-Amz-Credential")[0]
    assert len(bytes.fromhex(signature)) == 32
    assert credential.endswith("/20260504/us-east-1/s3/aws4_request")
    assert query == {
        "X-Amz-Algorithm": ["AWS4-HMAC-SHA256"],
        "X-Amz-Date": ["20260504T030201Z"],
        "X-Amz-Expires": ["7200"],
        "X-Amz-SignedHeaders": ["host"],
    }
