"""Events as CloudFormation sends them, the API as botocore's model knows it, a place for answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.stub import Stubber

CONNECTOR = "abcdef1ghij2klmno3pqr4"
SESSION = "123a4bc5-67d8-901e-2f3a-b4abcd56789e"
PHYSICAL_ID = f"{CONNECTOR}/{SESSION}"
RIDER, DRIVER, PROXY = "+14015550101", "+12065550100", "+19135550199"
NOW = datetime(2026, 11, 21, 12, 0, 0, 288000, tzinfo=UTC)
REQUEST = "5d478078-13e9-4b5c-8f3a-000000000001"
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/Calls/7b4a1e2c-0000-4000-8000-0000"
NAME = "c1f8a0f3c8d9e7b6a5d4c3b2a1f0e9"


def response_url(signed: str = "20261121T115959Z") -> str:
    """A presigned address; the default is signed a second before `NOW`."""
    return f"https://answers.invalid/put?X-Amz-Date={signed}&X-Amz-Signature=5ec2e7"


def properties(**changes: Any) -> dict[str, Any]:
    """A session's properties as CloudFormation sends them; a change to None removes one."""
    declared = {
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "ServiceTimeout": "180",
        "VoiceConnectorId": CONNECTOR,
        "ParticipantPhoneNumbers": [RIDER, DRIVER],
        "Capabilities": ["Voice", "SMS"],
        "ExpiryMinutes": "60",
    }
    return {k: v for k, v in {**declared, **changes}.items() if v is not None}


def event(request_type: str, **fields: Any) -> dict[str, Any]:
    """An event of a type; further fields replace its own, and None removes one."""
    own: dict[str, Any] = {
        "RequestType": request_type,
        "RequestId": REQUEST,
        "ResponseURL": response_url(),
        "StackId": STACK,
        "LogicalResourceId": "Ride",
        "ResourceType": "Custom::ChimeProxySession",
        "ResourceProperties": properties(),
    }
    if request_type != "Create":
        own["PhysicalResourceId"] = PHYSICAL_ID
    if request_type == "Update":
        own["OldResourceProperties"] = properties()
    return {k: v for k, v in {**own, **fields}.items() if v is not None}


def session(**changes: Any) -> dict[str, Any]:
    """A session as the API describes it, the participants in an order of its own."""
    described = {
        "VoiceConnectorId": CONNECTOR,
        "ProxySessionId": SESSION,
        "Status": "Open",
        "ExpiryMinutes": 60,
        "Capabilities": ["SMS", "Voice"],
        "CreatedTimestamp": NOW,
        "UpdatedTimestamp": NOW,
        "Participants": [
            {"PhoneNumber": DRIVER, "ProxyPhoneNumber": PROXY},
            {"PhoneNumber": RIDER, "ProxyPhoneNumber": PROXY},
        ],
    }
    return {**described, **changes}


class Api:
    """An API in record, replay, verify style; parameters are checked against botocore's model."""

    def __init__(
        self, service: Literal["chime-sdk-voice", "secretsmanager", "ssm"] = "chime-sdk-voice"
    ) -> None:
        config = Config(retries={"total_max_attempts": 1})
        self.client: Any = boto3.client(service, config=config)
        self._stubber = Stubber(self.client)
        self._stubber.activate()

    def answers(
        self, operation: str, answer: Mapping[str, Any], expected: Mapping[str, Any] | None = None
    ) -> None:
        """Expect a call, and answer it."""
        self._stubber.add_response(operation, dict(answer), expected and dict(expected))

    def fails(self, operation: str, status: int, code: str, message: str = "no") -> None:
        """Expect a call, and answer it with an error."""
        self._stubber.add_client_error(operation, code, message, status)

    def verify(self) -> None:
        """Every expected call was made."""
        self._stubber.assert_no_pending_responses()


@dataclass
class Answers:
    """Stands for the connections to S3, and keeps the answers."""

    status: int = 200
    urls: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def request(self, _method: str, url: str, *, body: bytes, **_: Any) -> "Answers":
        """Take an answer."""
        self.urls.append(url)
        self.bodies.append(body)
        return self

    def close(self) -> None:
        """Let the connection go."""

    @property
    def only(self) -> dict[str, Any]:
        """The one answer there is."""
        assert len(self.bodies) == 1
        answer: dict[str, Any] = json.loads(self.bodies[0])
        return answer


@dataclass(frozen=True)
class Context:
    """Lambda's context, as far as the handler looks."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """The time that is left."""
        return self.milliseconds
