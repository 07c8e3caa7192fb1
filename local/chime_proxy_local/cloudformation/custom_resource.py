"""One custom resource event and its answer, delivered as CloudFormation and Lambda do."""
# ruff: noqa: SLF001 - ministack has no public names for invoking a function

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_region, new_uuid
from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource as ministack

from chime_proxy_local.cloudformation.mailbox import Mailboxes
from chime_proxy_local.cloudformation.response_rules import (
    Answer,
    Request,
    read_answer,
    service_timeout,
)
from chime_proxy_local.cloudformation.response_url import presigned_query
from chime_proxy_local.faults.fault import FaultKind
from chime_proxy_local.faults.switch import FAULT_SWITCH

ANSWER_PATH = "/_ministack/cfn-response/"
MAILBOXES = Mailboxes()
_WORKER_RETURN_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of CloudFormation on a custom resource."""

    request_type: str
    resource_type: str
    stack_id: str
    logical_id: str
    physical_id: str | None
    properties: dict[str, Any]
    old_properties: dict[str, Any] | None


def ask_provider(operation: Operation) -> Answer:
    """Send the event to the provider's function and wait up to ServiceTimeout for the answer.

    Raises:
        ResourceFailedError: no answer in time, one that breaks a rule, or FAILED.
        ValueError: the function does not exist.
    """
    request = Request(
        stack_id=operation.stack_id,
        request_id=new_uuid(),
        logical_resource_id=operation.logical_id,
    )
    seconds = service_timeout(operation.properties)
    address = f"{ANSWER_PATH}{new_uuid()}?{presigned_query(datetime.now(UTC), get_region())}"
    MAILBOXES.open(address)
    invocation = _invoke(operation.properties["ServiceToken"], _event(operation, request, address))
    body = MAILBOXES.wait(address, seconds)
    # The worker that sent the answer is not back in the pool yet: without this pause the next
    # event would start, and wait for, a second one.
    invocation.join(_WORKER_RETURN_SECONDS)
    return read_answer(body, request)


def _event(operation: Operation, request: Request, address: str) -> dict[str, Any]:
    event = {
        "RequestType": operation.request_type,
        "RequestId": request.request_id,
        "StackId": request.stack_id,
        "ResponseURL": f"{ministack._gateway_url()}{address}",
        "ResourceType": operation.resource_type,
        "LogicalResourceId": request.logical_resource_id,
        "ResourceProperties": ministack._normalise_resource_properties(operation.properties),
    }
    if operation.physical_id is not None:
        event["PhysicalResourceId"] = operation.physical_id
    if operation.old_properties is not None:
        event["OldResourceProperties"] = ministack._normalise_resource_properties(
            operation.old_properties
        )
    return event


def _invoke(service_token: str, event: dict[str, Any]) -> threading.Thread:
    """Start the function and return at once: a late answer must not stop the clock."""
    function, configuration, name = lambda_svc._get_func_record_for_ref(service_token)
    if function is None or configuration is None:
        msg = f"ServiceToken names the function {name}, which does not exist."
        raise ValueError(msg)
    if FAULT_SWITCH.strike(frozenset({FaultKind.CRASH})):
        configuration = _crashing(configuration)
    record = lambda_svc._execution_record_for_config(function, configuration)
    thread = threading.Thread(
        target=lambda_svc._execute_function_with_config_scope, args=(record, event), daemon=True
    )
    thread.start()
    return thread


def _crashing(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of a function whose import fails."""
    # Under another name, or a worker that has imported the function already would be asked.
    name = f"{configuration['FunctionName']}-crash"
    return {**configuration, "FunctionName": name, "Handler": "no_such_module.handler"}
