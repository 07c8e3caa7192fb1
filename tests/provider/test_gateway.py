"""The answers of a gateway in front of the service, as API Gateway words them."""

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from tests.doubles import Answers, Context, event
from tests.provider.test_faults import Raw, handler

from chime_proxy_provider.lifecycle.deletion import RefusedDeletion

BODIES = {
    403: b'{"message":"Forbidden"}',
    404: b'{"message":"Not Found"}',
    429: b'{"message":"Too Many Requests"}',
    500: b'{"message":"Internal Server Error"}',
    503: b'{"message":"Service Unavailable"}',
}


class Gateway:
    """Answers every call by itself, and counts them."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.calls = 0
        config = Config(retries={"total_max_attempts": 1})
        self.client: Any = boto3.client("chime-sdk-voice", config=config)
        self.client.meta.events.register("before-send.chime-sdk-voice", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.calls += 1
        headers = HTTPHeaders.from_dict({"apigw-requestid": "YlPCQhk4pkg8", "content-type": "json"})
        return AWSResponse(request.url, self.status, headers, Raw(BODIES[self.status]))


@pytest.mark.parametrize("status", BODIES)
def test_gateways_answer_is_not_the_services(answers: Answers, status: int) -> None:
    """A Delete that the gateway answers in the service's place fails: the session is still there."""
    handler(answers, Gateway(status).client)(event("Delete"), Context())

    assert answers.only["Status"] == "FAILED"


@pytest.mark.parametrize(("status", "answer"), [(403, "FAILED"), (404, "SUCCESS"), (500, "FAILED")])
def test_service_that_is_no_longer_behind_its_gateway_can_be_abandoned(
    answers: Answers, status: int, answer: str
) -> None:
    """With ABANDON, a gateway without the service lets a stack go; IAM's refusal never does."""
    handler(answers, Gateway(status).client, RefusedDeletion.ABANDON)(event("Delete"), Context())

    assert answers.only["Status"] == answer


def test_gateways_403_is_iams(answers: Answers) -> None:
    """After a new permission a gateway refuses for a while: a Create waits for it, and says so."""
    gateway = Gateway(403)

    handler(answers, gateway.client)(event("Create"), Context())

    assert gateway.calls > 1
    assert answers.only["Reason"].startswith("AccessDenied: ")


@pytest.mark.parametrize("status", [429, 503])
def test_busy_gateway_is_asked_again(answers: Answers, status: int) -> None:
    """A Delete that the gateway could not pass on is tried again."""
    gateway = Gateway(status)

    handler(answers, gateway.client)(event("Delete"), Context())

    assert gateway.calls > 1
    assert answers.only["Status"] == "FAILED"
