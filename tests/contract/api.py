"""The API's service in one process, under botocore's own client, and what may befall a call."""

from collections import deque
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from tests.contract.clock import Clock, Killed

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient

_SLOW_SECONDS = 10
_KEYS = ("Idempotency-Key", "amz-sdk-invocation-id")


class ApiFault(StrEnum):
    """What happens to one call of the API."""

    NONE = "none"
    THROTTLED = "turned away"
    ERROR_BEFORE = "500, not taken"
    ERROR_AFTER = "500, but taken"
    RESET_BEFORE = "connection reset, not taken"
    RESET_AFTER = "connection reset, but taken"
    GARBLED = "taken, and the answer cut short"
    SLOW = "taken, and the answer too slow"
    DENIED = "refused by IAM"
    CRASH_BEFORE = "the function dies before"
    CRASH_AFTER = "the function dies after"


_TAKEN = frozenset(
    {
        ApiFault.NONE,
        ApiFault.ERROR_AFTER,
        ApiFault.RESET_AFTER,
        ApiFault.GARBLED,
        ApiFault.SLOW,
        ApiFault.CRASH_AFTER,
    }
)
_STATUS = {
    ApiFault.THROTTLED: (429, "ThrottledClientException", "too many calls"),
    ApiFault.ERROR_BEFORE: (500, "ServiceFailureException", "failed"),
    ApiFault.ERROR_AFTER: (500, "ServiceFailureException", "failed"),
    ApiFault.DENIED: (403, "AccessDeniedException", "F is not authorized to perform: chime:X"),
}


class Wire:
    """Carries a client's calls to the service, with faults on the way.

    Args:
        clock: the time.
        api: the service.
        knows_keys: let idempotency keys through. AWS's own API knows none.
    """

    def __init__(self, clock: Clock, api: Api, *, knows_keys: bool) -> None:
        self.faults: deque[ApiFault] = deque()
        self.calls: list[str] = []
        self.before_call: Callable[[str, object], None] = lambda *_: None
        self.on_fault: Callable[[], None] = lambda: None
        self._clock = clock
        self._api = api
        self._knows_keys = knows_keys

    def send(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        """Carry one call."""
        self.calls.append(operation)
        self.before_call(operation, request.body)
        fault = self.faults.popleft() if self.faults else ApiFault.NONE
        if fault is not ApiFault.NONE:
            self.on_fault()
        response = self._serve(request) if fault in _TAKEN else None
        if fault in _STATUS:
            response = _error(request, *_STATUS[fault])
        if fault is ApiFault.SLOW:
            self._clock.sleep(_SLOW_SECONDS)
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault in (ApiFault.RESET_BEFORE, ApiFault.RESET_AFTER):
            raise ConnectionClosedError(endpoint_url=request.url)
        if response is None or fault is ApiFault.CRASH_AFTER:
            raise Killed
        if fault is ApiFault.GARBLED:
            return AWSResponse(request.url, response.status_code, HTTPHeaders(), _Raw(b'{"Pr'))
        return response

    def _serve(self, request: AWSPreparedRequest) -> AWSResponse:
        if not self._knows_keys:
            for name in _KEYS:
                request.headers.pop(name, None)
        result = self._api.handle(_event(request))
        headers = HTTPHeaders()
        for name, value in result["headers"].items():
            headers[name] = value
        body = _Raw((result.get("body") or "").encode())
        return AWSResponse(request.url, result["statusCode"], headers, body)


def connect(wire: Wire) -> "ChimeSDKVoiceClient":
    """Let the client's calls go over a wire from now on."""
    _CARRIER.wire = wire
    return _CARRIER.client


class _Carrier:
    """One client for all wires: to make one takes longer than a whole history."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        config = Config(
            retries={"total_max_attempts": 1},
            signature_version=UNSIGNED,
            # botocore writes its own anew for every call.
            user_agent="histories",
        )
        self.client: ChimeSDKVoiceClient = boto3.client("chime-sdk-voice", config=config)
        self.client.meta.events.register("before-send.chime-sdk-voice", self._send)

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        assert self.wire
        return self.wire.send(request, event_name.rpartition(".")[2])


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _event(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url)
    address = f"{url.path}?{url.query}"
    headers = [(name, _text(value)) for name, value in request.headers.items()]
    body = request.body.encode() if isinstance(request.body, str) else request.body
    return lambda_event(http_request(str(request.method), address, headers, body or b""))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _error(request: AWSPreparedRequest, status: int, kind: str, message: str) -> AWSResponse:
    headers = HTTPHeaders()
    headers["x-amzn-ErrorType"] = kind
    body = f'{{"Code":"{kind.removesuffix("Exception")}","Message":"{message}"}}'
    return AWSResponse(request.url, status, headers, _Raw(body.encode()))


_CARRIER = _Carrier()
