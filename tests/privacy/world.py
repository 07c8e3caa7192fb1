"""An API and two stores, over botocore's real clients, whose answers are told in advance."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from tests.doubles import NOW, Answers
from urllib3.exceptions import MaxRetryError

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion

FAULTS = {
    "refused": (400, "BadRequestException"),
    "denied": (400, "AccessDeniedException"),
    "disabled": (403, "ForbiddenException"),
    "gone": (404, "NotFoundException"),
    "missing": (400, "ResourceNotFoundException"),
    "busy": (429, "ThrottledClientException"),
    "broken": (500, "ServiceFailureException"),
    "garbled": (200, ""),
    "lost": (0, ""),
    "unforeseen": (0, ""),
}


class Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: Any) -> Any:
        """The whole body."""
        yield self.read()


@dataclass
class World:
    """What the handler meets.

    Args:
        session: the session as the API describes it.
        stored: the texts of the secrets and parameters, None for a binary one.
        chatter: what every fault says.
        api_faults: what happens to the calls of the API in turn; afterwards all is well.
        store_faults: what happens to the calls of the stores.
        status: what S3 answers; 0 where nobody does.
    """

    session: Mapping[str, Any]
    stored: Mapping[str, str | None]
    chatter: str
    api_faults: list[str] = field(default_factory=list)
    store_faults: list[str] = field(default_factory=list)
    status: int = 200

    def respond(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Answer a call, instead of sending it."""
        is_store = "X-Amz-Target" in request.headers
        faults = self.store_faults if is_store else self.api_faults
        fault = faults.pop(0) if faults else ""
        if fault == "lost":
            raise EndpointConnectionError(endpoint_url=self.chatter)
        if fault == "unforeseen":
            raise RuntimeError(self.chatter)
        if fault:
            status, code = FAULTS[fault]
            body = json.dumps({"message": self.chatter, "ProxySession": self.chatter})
            return _response(request, status, body, code)
        return _response(request, 200, self._store(request) if is_store else self._api())

    def handler(self, make: type[provider.Handler], answers: Answers) -> provider.Handler:
        """A handler in this world."""
        answers.status = self.status
        for service in ("chime-sdk-voice", "secretsmanager", "ssm"):
            events = _client(service).meta.events
            events.unregister("before-send", unique_id="world")
            events.register("before-send", self.respond, unique_id="world")
        return make(
            client=lambda: _client("chime-sdk-voice"),
            routes=lambda _: [answers if self.status else _Nobody()],  # type: ignore[list-item]  # as much as is used
            refused_deletion=RefusedDeletion.FAIL,
            now=lambda: NOW,
            clock=lambda: 0.0,
            sleep=lambda _: None,
            secrets_manager=lambda: _client("secretsmanager"),
            parameter_store=lambda: _client("ssm"),
        )

    def _store(self, request: AWSPreparedRequest) -> str:
        asked = json.loads(str(request.body, "utf-8"))
        text = self.stored[asked.get("SecretId") or asked["Name"]]
        answer = {"SecretBinary": "MTQw"} if text is None else {"SecretString": text}
        return json.dumps({**answer, "Parameter": {"Value": text}})

    def _api(self) -> str:
        ends = self.session.get("Participants") or [{"PhoneNumber": ""}]
        proxy = {"DefaultSessionExpiryMinutes": 60, "FallBackPhoneNumber": ends[0]["PhoneNumber"]}
        session = {"ProxySession": self.session, "ProxySessions": [self.session]}
        return json.dumps({**session, "Proxy": proxy})


class _Nobody:
    """Stands for connections to an address where nobody listens."""

    def request(self, _method: str, url: str, **_: Any) -> Any:
        raise MaxRetryError(urllib3.HTTPSConnectionPool("answers.invalid"), url, OSError(url))


@cache
def _client(service: Any) -> Any:
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


def _response(request: AWSPreparedRequest, status: int, body: str, code: str = "") -> AWSResponse:
    headers = HTTPHeaders.from_dict({"x-amzn-ErrorType": code})
    return AWSResponse(request.url, status, headers, Raw(body.encode()))
