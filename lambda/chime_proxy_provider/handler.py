"""The Lambda function: all that serves an event is put together here and nowhere else."""

import gc

# What is imported stays for good: to look for garbage in it would take a fifth of the start.
gc.disable()

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

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
)
from chime_proxy_provider.cloudformation.failure import failure_id, respond
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.response import AnswerSender, Delivery
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
    """Answers CloudFormation's events; what it needs of the world comes as arguments."""

    client: "ChimeSDKVoiceClient"
    pool: urllib3.PoolManager
    refused_deletion: RefusedDeletion
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    secrets_manager: Callable[[], "SecretsManagerClient"] = clients.secrets_manager
    parameter_store: Callable[[], "SSMClient"] = clients.parameter_store
    reporter: Reporter = _REPORTER

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
            self.reporter.unanswerable(error)
            return
        delivery = self._answer(event, address, Schedule.of(context, self.clock))
        self.reporter.answer(_operation(event), address, delivery, self.clock() - start)
        if delivery.failure and _may_be_repeated(event, delivery):
            raise delivery.failure

    def _answer(
        self, event: Mapping[str, Any], address: ReturnAddress, schedule: Schedule
    ) -> Delivery:
        fallback_id = failure_id(event, address, doubt=True)
        delivery = Delivery(AnswerSender(self.pool, schedule.delivery), fallback_id)
        work = partial(respond, event, address, partial(self._carry_out, schedule.calls))
        made = CrhelperAdapter(delivery, fallback_id).run(
            _operation(event), address, schedule, work
        )
        if made and not _will_be_known(event, delivery, made):
            self._take_back(event, made, schedule.delivery)
        return delivery

    def _carry_out(self, deadline: Deadline, request: Request) -> Outcome:
        if request.resource_type in RESOURCE_TYPES:
            resource_type = self._resource_type(request.resource_type, deadline)
            return Lifecycle(resource_type, self._deletion(resource_type), self.now).carry_out(
                request
            )
        if request.request_type is RequestType.DELETE:
            # Of a type that nothing was ever made of.
            return Outcome(request.physical_resource_id, {})
        msg = f"the resource's Type must be one of {', '.join(RESOURCE_TYPES)}"
        raise InvalidRequest(msg)

    def _take_back(self, event: Mapping[str, Any], physical_id: str, deadline: Deadline) -> None:
        """Delete what CloudFormation does not know of, and never will."""
        resource_type = self._resource_type(event["ResourceType"], deadline)
        key = resource_type.schema.identifier.parse(physical_id) or {}
        try:
            self._deletion(resource_type).delete_resource(key)
        except ProviderError as error:
            self.reporter.left_behind(physical_id, error)

    def _resource_type(self, resource_type: str, deadline: Deadline) -> ResourceType:
        retry = Retry(deadline, self.sleep)
        references = NumberReferences(self.secrets_manager, self.parameter_store, retry)
        return RESOURCE_TYPES[resource_type](Dependencies(self.client, retry, references, self.now))

    def _deletion(self, resource_type: ResourceType) -> Deletion:
        return Deletion(resource_type, self.refused_deletion, self.sleep)


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


handler = Handler(
    client=clients.api_client(),
    pool=urllib3.PoolManager(),
    refused_deletion=RefusedDeletion(os.environ.get("REFUSED_DELETION", RefusedDeletion.FAIL)),
    now=lambda: datetime.now(UTC),
    clock=time.monotonic,
    sleep=time.sleep,
)

gc.freeze()
gc.enable()
