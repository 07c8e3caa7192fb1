"""The Lambda function: crhelper, Powertools and boto3 are put together here and nowhere else.

crhelper frames each event: it calls the function for the request type, watches the time and
composes the answer. It also keeps state, logs what it is given and sends answers that may never
arrive. So each event gets a frame of its own, which has no log to write to, sees a clock that
runs ahead of Lambda's, and sends through `answer.py`.
"""

import gc

# What is imported stays for good: to look for garbage in it would take a fifth of the start.
gc.disable()

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

# crhelper makes three clients for its polling, which is not used here, unless it runs locally.
os.environ.setdefault("AWS_SAM_LOCAL", "true")

import boto3
import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.config import Config
from botocore.exceptions import DataNotFoundError
from crhelper import CfnResource

from chime_proxy_provider.answer import AnswerSender, Delivery
from chime_proxy_provider.attempts import Attempts
from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.deletion import Deletion, RefusedDeletion
from chime_proxy_provider.errors import InvalidRequest, ProviderError
from chime_proxy_provider.event import Request, RequestType, ReturnAddress, read_address
from chime_proxy_provider.kind import Kind, Means
from chime_proxy_provider.kinds import KINDS
from chime_proxy_provider.lifecycle import Lifecycle, Outcome
from chime_proxy_provider.redaction import redact
from chime_proxy_provider.references import References
from chime_proxy_provider.response import RequestFailed, failure_id, respond
from chime_proxy_provider.sdk_session import SDK_DATA, sdk_session

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient

SERVICE = "chime-proxy-provider"
METRICS_NAMESPACE = "ChimeProxy"
FUNCTION_NAME = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")

logger = Logger(
    service=SERVICE, json_serializer=lambda record: redact(json.dumps(record, default=str))
)


_CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


def api_client(sdk_data: Path = SDK_DATA) -> "ChimeSDKVoiceClient":
    """A client of the proxy-session API.

    Lambda renews botocore by itself: one that wants more data than there is gets all of its own.
    """
    session = boto3.Session(botocore_session=sdk_session(sdk_data))
    client: ChimeSDKVoiceClient
    try:
        client = session.client("chime-sdk-voice", config=_CLIENT_CONFIG)
    except DataNotFoundError:
        client = boto3.client("chime-sdk-voice", config=_CLIENT_CONFIG)
    return client


@cache
def _secrets_manager() -> "SecretsManagerClient":
    client: SecretsManagerClient = boto3.client("secretsmanager", config=_CLIENT_CONFIG)
    return client


@cache
def _parameter_store() -> "SSMClient":
    client: SSMClient = boto3.client("ssm", config=_CLIENT_CONFIG)
    return client


class Context(Protocol):
    """What the handler needs of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, slots=True)
class _Schedule:
    """When the parts of an invocation end: the API's calls, crhelper's patience, the delivery."""

    calls: Deadline
    frame: Deadline
    delivery: Deadline

    @classmethod
    def of(cls, context: Context, clock: Callable[[], float]) -> Self:
        start, seconds = clock(), context.get_remaining_time_in_millis() / 1000
        return cls(*(Deadline(start + seconds * share, clock) for share in (0.7, 0.8, 0.98)))

    def get_remaining_time_in_millis(self) -> int:
        """Crhelper's view of the context: it answers half a second before this runs out."""
        return int(self.frame.seconds_left() * 1000)


class _Frame(CfnResource):
    """crhelper around one event."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(log_level="CRITICAL", boto_level="CRITICAL", sleep_on_delete=0)
        # It quiets every logger but its own, which writes down the event and the address.
        logging.getLogger("crhelper").setLevel("CRITICAL")
        self._delivery = delivery

    def _send(self, status: str | None = None, reason: str = "") -> None:
        super()._send(status, reason, send_response=self._delivery)  # type: ignore[misc]  # not in its stubs


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Answers CloudFormation's events; what it needs of the world comes as arguments."""

    client: "ChimeSDKVoiceClient"
    pool: urllib3.PoolManager
    refused_deletion: RefusedDeletion
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    secrets_manager: Callable[[], "SecretsManagerClient"] = _secrets_manager
    parameter_store: Callable[[], "SSMClient"] = _parameter_store

    def __call__(self, event: Mapping[str, Any], context: Context) -> None:
        """Answer one event, once.

        An event that names nobody to answer is logged and counted, and that is all.

        Raises:
            Undelivered: CloudFormation may not have taken the answer, and would get the same one
                again: Lambda then repeats the event, which gives the answer two more chances.
        """
        start = self.clock()
        try:
            address = read_address(event)
        except InvalidRequest as error:
            _report_unanswerable(error)
            return
        delivery = self._answer(event, address, _Schedule.of(context, self.clock))
        _report(event, address, delivery, self.clock() - start)
        if delivery.failure and _may_be_repeated(event, delivery):
            raise delivery.failure

    def _answer(
        self, event: Mapping[str, Any], address: ReturnAddress, schedule: _Schedule
    ) -> Delivery:
        standing_id = failure_id(event, address, doubt=True)
        delivery = Delivery(AnswerSender(self.pool, schedule.delivery), standing_id)
        frame = _Frame(delivery)
        made: list[str] = []

        @frame.create
        @frame.update
        @frame.delete
        def work(_event: object, _context: object) -> str:
            frame.NoEcho = True
            frame.PhysicalResourceId = standing_id
            try:
                outcome = respond(event, address, partial(self._carry_out, schedule.calls))
            except RequestFailed as failure:
                frame.PhysicalResourceId, delivery.reason = failure.physical_id, str(failure)
                made.extend([failure.left_behind] if failure.left_behind else [])
                raise
            made.extend([outcome.physical_id] if outcome.is_new else [])
            frame.Data.update(outcome.attributes)
            return outcome.physical_id

        frame(_frame_event(event, address), schedule)
        if made and not _will_be_known(event, delivery, made[0]):
            self._take_back(event, made[0], schedule.delivery)
        return delivery

    def _carry_out(self, deadline: Deadline, request: Request) -> Outcome:
        if request.resource_type in KINDS:
            kind = self._kind(request.resource_type, deadline)
            return Lifecycle(kind, self._deletion(kind), self.now).carry_out(request)
        if request.request_type is RequestType.DELETE:
            # Of a type that nothing was ever made of.
            return Outcome(request.physical_resource_id, {})
        msg = f"the resource's Type must be one of {', '.join(KINDS)}"
        raise InvalidRequest(msg)

    def _take_back(self, event: Mapping[str, Any], physical_id: str, deadline: Deadline) -> None:
        """Delete what CloudFormation does not know of, and never will."""
        kind = self._kind(event["ResourceType"], deadline)
        key = kind.schema.identifier.parse(physical_id) or {}
        try:
            self._deletion(kind).delete_resource(key)
        except ProviderError as error:
            _report_left_behind(physical_id, error)

    def _kind(self, resource_type: str, deadline: Deadline) -> Kind:
        attempts = Attempts(deadline, self.sleep)
        references = References(self.secrets_manager, self.parameter_store, attempts)
        return KINDS[resource_type](Means(self.client, attempts, references, self.now))

    def _deletion(self, kind: Kind) -> Deletion:
        return Deletion(kind, self.refused_deletion, self.sleep)


def _frame_event(event: Mapping[str, Any], address: ReturnAddress) -> dict[str, str]:
    """No more of the event than crhelper needs: what it is not given it can neither log nor obey."""
    return {
        "RequestType": _operation(event) or RequestType.DELETE,
        "ResponseURL": address.response_url,
        "StackId": address.stack_id,
        "RequestId": address.request_id,
        "LogicalResourceId": address.logical_resource_id,
    }


def _operation(event: Mapping[str, Any]) -> str:
    request_type = event.get("RequestType")
    return request_type if request_type in list(RequestType) else ""


def _may_be_repeated(event: Mapping[str, Any], delivery: Delivery) -> bool:
    """Whether the event can come to no other end when it is served again.

    A Create that failed could succeed the second time, when CloudFormation took the first answer
    and has long since moved on.
    """
    return delivery.answer["Status"] == "SUCCESS" or _operation(event) == RequestType.DELETE


def _will_be_known(event: Mapping[str, Any], delivery: Delivery, physical_id: str) -> bool:
    """Whether CloudFormation was told of what was made, or a repetition can tell it yet."""
    is_told = delivery.answer["PhysicalResourceId"] == physical_id
    return is_told and (delivery.failure is None or _may_be_repeated(event, delivery))


def _report(
    event: Mapping[str, Any], address: ReturnAddress, delivery: Delivery, seconds: float
) -> None:
    log = logger.error if delivery.failure else logger.info
    log(
        "answer not delivered" if delivery.failure else "answered",
        extra={
            "request_type": _operation(event),
            "stack_id": address.stack_id,
            "request_id": address.request_id,
            "logical_resource_id": address.logical_resource_id,
            "physical_resource_id": delivery.answer["PhysicalResourceId"],
            "status": delivery.answer["Status"],
            "reason": delivery.answer["Reason"],
            "delivery_failure": str(delivery.failure or ""),
        },
    )
    succeeded = delivery.answer["Status"] == "SUCCESS"
    metrics = _metrics(_operation(event))
    metrics.add_metric("Succeeded", MetricUnit.Count, int(succeeded))
    metrics.add_metric("Failed", MetricUnit.Count, int(not succeeded))
    metrics.add_metric("Undelivered", MetricUnit.Count, int(delivery.failure is not None))
    metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
    metrics.flush_metrics()


def _report_unanswerable(error: InvalidRequest) -> None:
    logger.error("event cannot be answered", extra={"reason": str(error)})
    _count("Unanswerable")


def _report_left_behind(physical_id: str, error: ProviderError) -> None:
    details = {"physical_resource_id": physical_id, "reason": str(error)}
    logger.error("resource left behind", extra=details)
    _count("LeftBehind")


def _count(name: str) -> None:
    metrics = _metrics("")
    metrics.add_metric(name, MetricUnit.Count, 1)
    metrics.flush_metrics()


def _metrics(operation: str) -> EphemeralMetrics:
    metrics = EphemeralMetrics(namespace=METRICS_NAMESPACE, service=SERVICE)
    # An account may hold several providers, and an alarm on one is not to look at another.
    metrics.add_dimension("FunctionName", FUNCTION_NAME)
    metrics.add_dimension("Operation", operation or "Unknown")
    return metrics


handler = Handler(
    client=api_client(),
    pool=urllib3.PoolManager(),
    refused_deletion=RefusedDeletion(os.environ.get("REFUSED_DELETION", RefusedDeletion.FAIL)),
    now=lambda: datetime.now(UTC),
    clock=time.monotonic,
    sleep=time.sleep,
)

gc.freeze()
gc.enable()
