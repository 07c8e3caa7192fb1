"""Makes ministack's CloudFormation as strict as AWS's.

ministack has no hooks for this and renames its internals freely, so requirements.txt pins it
exactly, and tests/local must pass after an upgrade:

- an answer fails its resource if it breaks a rule of `response_rules` or comes after
  ServiceTimeout;
- a failed Create is followed by a Delete with the id in its answer;
- the id in the answer of a failed Update is the resource's id from then on;
- a stack keeps a resource that its rollback could not delete, but abandons one that an update
  could not delete in three attempts;
- Python functions run in the environment of `runtime`, not in the one ministack is installed in;
- a resource's dependencies, its provider above all, are kept while it could not be deleted;
- an update cannot change ServiceToken or a resource's type, nor set an impossible ServiceTimeout;
- voice connectors can be declared;
- HTTP APIs have an address that resolves;
- the permission for a schedule is checked by its group;
- nested stacks are mended in `nested_stack`, single operations in `operations`, the wait for the end
  of an operation in `settling`.
"""
# ruff: noqa: SLF001 - ministack has no public names for what is replaced here

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.concurrency import run_reentrant
from ministack.services import cloudformation
from ministack.services.cloudformation import custom_resource, handlers, provisioners, stacks

from chime_proxy_local.cloudformation import (
    http_api,
    nested_stack,
    operations,
    schedule_group,
    settling,
)
from chime_proxy_local.cloudformation.custom_resource import Operation, ask_provider
from chime_proxy_local.cloudformation.failure import (
    attempts,
    keep_dependencies,
    keeping_dependencies,
    remember_failure,
    restore_undeleted,
)
from chime_proxy_local.cloudformation.response_rules import (
    Answer,
    ResourceFailedError,
    check_properties,
)
from chime_proxy_local.cloudformation.voice_connector import CREATE_ONLY, HANDLERS, TYPE

_log = logging.getLogger(__name__)
_ministack_roll_back = stacks._roll_back_operation
_ministack_revert_update = stacks._revert_update
_ministack_delete_stack = stacks._delete_stack_async
_ministack_runtime_binary = lambda_runtime._detect_runtime_binary


def install(function_python: Path) -> None:
    """Replace ministack's custom resources, its rollback and its choice of a Python; add a type.

    Args:
        function_python: the interpreter for functions of a Python runtime.
    """

    def runtime_binary(runtime: str) -> tuple[str, str]:
        binary, worker = _ministack_runtime_binary(runtime)
        return (str(function_python) if runtime.startswith("python") else binary), worker

    lambda_runtime._detect_runtime_binary = runtime_binary
    custom_resource.invoke_custom_resource = _invoke_custom_resource
    stacks._roll_back_operation = handlers._roll_back_operation = _roll_back
    stacks._delete_stack_async = handlers._delete_stack_async = _delete_stack
    stacks._revert_update = _revert_update
    provisioners._RESOURCE_HANDLERS[TYPE] = HANDLERS
    provisioners._REPLACING_PROPERTIES[TYPE] = CREATE_ONLY
    provisioners._RESOURCE_HANDLERS[http_api.TYPE] = http_api.handlers()
    nested_stack.install()
    operations.install()
    schedule_group.install()
    settling.install()


def _invoke_custom_resource(  # noqa: PLR0913, PLR0917 - called with ministack's arguments
    request_type: str,
    logical_id: str,
    props: dict[str, Any],
    stack_name: str,
    stack_id: str,
    resource_type: str,
    physical_id: str | None = None,
    old_props: dict[str, Any] | None = None,
) -> tuple[str, dict[str, Any]]:
    operation = Operation(
        request_type=request_type,
        resource_type=resource_type,
        stack_id=stack_id,
        logical_id=logical_id,
        physical_id=physical_id,
        properties=props,
        old_properties=old_props,
    )
    if request_type != "Delete":
        check_properties(props, old_props)
    try:
        answer = _ask_provider(operation, attempts(operation, stack_name))
    except ResourceFailedError as failure:
        remember_failure(operation, stack_name, failure.physical_resource_id)
        keep_dependencies(operation, stack_name)
        raise
    return answer.physical_resource_id, answer.data


def _ask_provider(operation: Operation, times: int) -> Answer:
    for _ in range(times - 1):
        with suppress(ResourceFailedError):
            return ask_provider(operation)
    return ask_provider(operation)


async def _roll_back(
    stack_name: str,
    stack_id: str,
    stack: dict[str, Any],
    operation: dict[str, Any],
    reason_override: str = "",
) -> None:
    """Roll back as ministack does, and the failed resource too."""
    failed_id = operation["failed_logical_id"]
    failed = stack.get("_resources", {}).get(failed_id, {})
    if failed.get("ResourceStatus") == "CREATE_FAILED":
        operation["created"].append(failed_id)
    elif failed_update := operation["failed_update"]:
        record = operation["previous_stack"]["_resources"][failed_id]
        failed_update[2] = record["PhysicalResourceId"] = failed["PhysicalResourceId"]
        operation["failed_update"] = _without_refused(*failed_update)
    with keeping_dependencies(stack, operation["template"]) as template:
        await _ministack_roll_back(
            stack_name, stack_id, stack, {**operation, "template": template}, reason_override
        )
    if stack["StackStatus"] == "ROLLBACK_FAILED":
        restore_undeleted(stack)


def _without_refused(*failed_update: Any) -> list[Any]:
    """Return a failed update without its properties if the provider never got it."""
    logical_id, resource_type, physical_id, applied, previous, attributes = failed_update
    try:
        check_properties(applied or {}, previous or {})
    except ResourceFailedError:
        return [logical_id, resource_type, physical_id, None, None, None]
    return [logical_id, resource_type, physical_id, applied, previous, attributes]


async def _delete_stack(
    stack_name: str, stack_id: str, retain_resources: Sequence[str] = (), *, force: bool = False
) -> None:
    """Delete as ministack does, but keep the dependencies of undeleted resources."""
    stack = cloudformation._stacks[stack_name]
    template = stack["_template"]
    with keeping_dependencies(stack, template) as stack["_template"]:
        await _ministack_delete_stack(stack_name, stack_id, retain_resources, force=force)
    stack["_template"] = template


async def _revert_update(  # noqa: PLR0913, PLR0917 - called with ministack's arguments
    stack_id: str,
    stack_name: str,
    logical_id: str,
    resource_type: str,
    physical_id: str,
    applied: dict[str, Any],
    previous: dict[str, Any],
    attributes: dict[str, Any],
    record: dict[str, Any] | None = None,
) -> None:
    """Revert an update as ministack does, and delete the resource if the revert replaced it."""
    await _ministack_revert_update(
        stack_id,
        stack_name,
        logical_id,
        resource_type,
        physical_id,
        applied,
        previous,
        attributes,
        record,
    )
    if record is None or record["PhysicalResourceId"] == physical_id:
        return
    try:
        await run_reentrant(
            provisioners._delete_resource,
            resource_type,
            physical_id,
            applied,
            stack_name,
            logical_id,
        )
    except ResourceFailedError as failure:
        _log.warning("%s: the replaced object is left behind: %s", logical_id, failure)
