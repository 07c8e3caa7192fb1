"""The provider's Lambda function: one event of CloudFormation in, exactly one answer out.

    event -> Handler -> CrhelperAdapter -> Lifecycle -> ResourceType -> the API
                             |
                             +-> Delivery -> one PUT to the event's ResponseURL

The handler reads the address to answer first, so that whatever fails later becomes a FAILED answer.
It puts the parts together, and it alone reads environment variables.

Example: a Create with `ExpiryMinutes: "7200"`.

1. `read_address` finds ResponseURL, StackId, RequestId and LogicalResourceId.
2. The lifecycle checks the properties and raises `InvalidRequest`: "ExpiryMinutes must be a whole
   number from 1 to 720". No call of the API was made.
3. `failures_answered` gives the failure a physical id. A Create brings none. Since nothing was
   created, the id of the answer is a marker, `create-failed/<RequestId>`.
4. `Delivery` puts FAILED, the reason and the marker to the ResponseURL.
5. CloudFormation rolls back and sends a Delete with the marker. It costs no call and succeeds.
"""

import gc

# Imported objects stay for good: the search for garbage among them takes a fifth of a cold start.
gc.disable()

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.environment import foreign

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    for _name in foreign(os.environ):
        del os.environ[_name]
# crhelper makes three clients for its polling, which is not used here, unless it runs locally.
os.environ.setdefault("AWS_SAM_LOCAL", "true")

import urllib3

from chime_proxy_provider.aws import clients
from chime_proxy_provider.aws.number_references import NumberReferences
from chime_proxy_provider.aws.retry import Retry
from chime_proxy_provider.cloudformation.crhelper_adapter import Context, CrhelperAdapter, Schedule
from chime_proxy_provider.cloudformation.event import (
    Request,
    RequestType,
    ReturnAddress,
    read_address,
    read_request,
)
from chime_proxy_provider.cloudformation.failure import failure_id, failures_answered
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.response import AnswerSender, Delivery
from chime_proxy_provider.cloudformation.routes import routes
from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.errors import InvalidRequest, ProviderError
from chime_proxy_provider.lifecycle.deletion import Deletion, RefusedDeletion
from chime_proxy_provider.lifecycle.lifecycle import Lifecycle
from chime_proxy_provider.lifecycle.resource_type import Dependencies, ResourceType
from chime_proxy_provider.report import Reporter
from chime_proxy_provider.resource_types import RESOURCE_TYPES

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient


_REPORTER = Reporter(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Answers CloudFormation's events.

    Args:
        client: makes the client of the proxy-session API, or returns the one it made.
        routes: the connection pools for a ResponseURL, in the order in which to try them.
        refused_deletion: a value of `RefusedDeletion`.
        now: the time, with a zone.
        clock: seconds of a clock that never goes back.
        sleep: waits for so many seconds.
        secrets_manager: as `client`, for Secrets Manager.
        parameter_store: as `client`, for Parameter Store.
        knows_keys: True if the API is the project's service, which knows idempotency keys.
        reporter: writes the log and the metrics.
    """

    client: "Callable[[], ChimeSDKVoiceClient]"
    routes: Callable[[str], Sequence[urllib3.PoolManager]]
    refused_deletion: str
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    secrets_manager: "Callable[[], SecretsManagerClient]" = clients.secrets_manager
    parameter_store: "Callable[[], SSMClient]" = clients.parameter_store
    knows_keys: bool = False
    reporter: Reporter = _REPORTER

    def __call__(self, event: Mapping[str, Any], context: Context) -> None:
        """Answer one event, once.

        An event without an address to answer is logged and counted.

        Raises:
            Undelivered: CloudFormation may not have taken the answer, and a second delivery of the
                event would come to the same one. Lambda repeats the event twice.
        """
        start = self.clock()
        try:
            address = read_address(event)
        except InvalidRequest as error:
            self.reporter.unanswerable(error)
            return
        operation, schedule = _operation(event), Schedule.of(context, self.clock)
        fallback_id = failure_id(event, address, outcome_unknown=True)
        delivery = Delivery(AnswerSender(self.routes, schedule.delivery), fallback_id)
        serve = partial(self._serve, event, address, schedule.calls)
        adapter = CrhelperAdapter(delivery, fallback_id)
        created = adapter.run(operation, address, schedule, serve)
        if created and not _is_reported(event, delivery, created):
            self._take_back(event, created, schedule.delivery)
        self.reporter.answer(operation, address, delivery, self.clock() - start)
        if delivery.failure and _may_be_repeated(event, delivery):
            raise delivery.failure

    def _serve(
        self, event: Mapping[str, Any], address: ReturnAddress, deadline: Deadline
    ) -> Outcome:
        with failures_answered(event, address):
            request = read_request(event, address)
            if request.resource_type not in RESOURCE_TYPES:
                return _without_type(request)
            resource_type = self._resource_type(request.resource_type, deadline)
            lifecycle = Lifecycle(resource_type, self._deletion(resource_type), self.now)
            return lifecycle.carry_out(request)

    def _take_back(self, event: Mapping[str, Any], physical_id: str, deadline: Deadline) -> None:
        """Delete a resource that CloudFormation was not told of, and never will be."""
        resource_type = self._resource_type(event["ResourceType"], deadline)
        key = resource_type.schema.identifier.parse(physical_id) or {}
        try:
            self._deletion(resource_type).delete_resource(key)
        except ProviderError as error:
            self.reporter.left_behind(physical_id, error)

    def _resource_type(self, name: str, deadline: Deadline) -> ResourceType:
        retry = Retry(deadline, self.sleep)
        references = NumberReferences(self.secrets_manager, self.parameter_store, retry)
        dependencies = Dependencies(self.client, retry, references, self.now, self.knows_keys)
        return RESOURCE_TYPES[name](dependencies)

    def _deletion(self, resource_type: ResourceType) -> Deletion:
        return Deletion(resource_type, self.refused_deletion, self.sleep)


def _without_type(request: Request) -> Outcome:
    if request.request_type is RequestType.DELETE:
        # No resource of that type was ever created.
        return Outcome(request.physical_resource_id, {})
    msg = f"the resource's Type must be one of {', '.join(RESOURCE_TYPES)}"
    raise InvalidRequest(msg)


def _operation(event: Mapping[str, Any]) -> str:
    request_type = event.get("RequestType")
    return request_type if request_type in list(RequestType) else ""


def _may_be_repeated(event: Mapping[str, Any], delivery: Delivery) -> bool:
    """True if a second delivery of the event comes to the same answer.

    A Create that failed could succeed the second time, although CloudFormation took the first
    answer and has long since moved on.
    """
    return delivery.answer["Status"] == "SUCCESS" or _operation(event) == RequestType.DELETE


def _is_reported(event: Mapping[str, Any], delivery: Delivery, physical_id: str) -> bool:
    """True if CloudFormation got the new physical id, or Lambda's retry will send it."""
    is_told = delivery.answer["PhysicalResourceId"] == physical_id
    return is_told and (delivery.failure is None or _may_be_repeated(event, delivery))


handler = Handler(
    client=cache(
        partial(
            clients.api_client,
            os.environ.get("AWS_ENDPOINT_URL_CHIME_SDK_VOICE"),
            os.environ.get("API_SIGNING_NAME"),
        )
    ),
    routes=partial(routes, environment=os.environ),
    refused_deletion=os.environ.get("REFUSED_DELETION", RefusedDeletion.FAIL),
    now=lambda: datetime.now(UTC),
    clock=time.monotonic,
    sleep=time.sleep,
    # Only the project's own service is signed for by another name.
    knows_keys="API_SIGNING_NAME" in os.environ,
)
# Lambda gives more of the processor before the first event. A failure here is that event's answer.
with suppress(ProviderError):
    handler.client()

gc.freeze()
gc.enable()
