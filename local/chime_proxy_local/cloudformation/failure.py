"""The record of a failed custom resource in its stack."""
# ruff: noqa: SLF001 - ministack has no public names for its stacks

import copy
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import stacks

from chime_proxy_local.cloudformation.custom_resource import Operation

_CLEANUP_ATTEMPTS = 3


def attempts(operation: Operation, stack_name: str) -> int:
    """Return how often CloudFormation asks the provider before it gives up."""
    cleaning_up = operation.request_type == "Delete" and _is_updating(
        cloudformation._stacks[stack_name]
    )
    return _CLEANUP_ATTEMPTS if cleaning_up else 1


def _is_updating(stack: dict[str, Any]) -> bool:
    return str(stack["StackStatus"]).startswith("UPDATE_")


def remember_failure(operation: Operation, stack_name: str, answered_id: str) -> None:
    """Record the physical id for the rollback; after a removal, forget the resource.

    Args:
        operation: the failed one, after its last attempt.
        stack_name: the resource's stack.
        answered_id: the id in the provider's answer; empty without an acceptable answer.
    """
    resources = cloudformation._stacks[stack_name].setdefault("_resources", {})
    if operation.request_type == "Create":
        resources[operation.logical_id] = {
            "PhysicalResourceId": answered_id or _invented_id(stack_name, operation.logical_id),
            "ResourceType": operation.resource_type,
            "ResourceStatus": "CREATE_FAILED",
            "LogicalResourceId": operation.logical_id,
            "Properties": operation.properties,
            "Attributes": {},
            "Timestamp": now_iso(),
        }
    elif operation.request_type == "Update" and answered_id:
        resources[operation.logical_id]["PhysicalResourceId"] = answered_id
    elif attempts(operation, stack_name) > 1 and _is_removed(operation, resources):
        del resources[operation.logical_id]


def _is_removed(operation: Operation, resources: dict[str, dict[str, Any]]) -> bool:
    """Return true for a resource removed by the update, false for one it has replaced."""
    record = resources.get(operation.logical_id, {})
    return record.get("PhysicalResourceId") == operation.physical_id


def _invented_id(stack_name: str, logical_id: str) -> str:
    """Return an id as AWS makes one up for the Delete of a Create without an answer."""
    return f"{stack_name}-{logical_id}-{secrets.token_hex(6).upper()}"


def restore_undeleted(stack: dict[str, Any]) -> None:
    """Put the resources back into a stack that its rollback could not delete."""
    for logical_id, record in stack["_rollback_failed"].items():
        stack["_resources"][logical_id] = {
            **record,
            "ResourceStatus": "DELETE_FAILED",
            "LogicalResourceId": logical_id,
            "Attributes": {},
            "Timestamp": now_iso(),
        }


@contextmanager
def keeping_dependencies(
    stack: dict[str, Any], template: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Let `keep_dependencies` mark resources while those of a stack are deleted.

    Args:
        stack: the one to delete or to roll back.
        template: the one it was created by.

    Yields:
        A copy of the template; marks go into it.
    """
    stack["_deletion"] = deletion = {"template": copy.deepcopy(template), "kept": {}}
    yield deletion["template"]
    del stack["_deletion"]
    if stack["StackStatus"].endswith("_FAILED"):
        stack["_resources"].update(deletion["kept"])


def keep_dependencies(operation: Operation, stack_name: str) -> None:
    """Keep the dependencies of a resource that could not be deleted.

    An update keeps nothing: a resource it cannot delete leaves the stack.
    """
    stack = cloudformation._stacks[stack_name]
    if operation.request_type != "Delete" or _is_updating(stack) or "_deletion" not in stack:
        return
    resources, definitions = stack["_resources"], stack["_deletion"]["template"]["Resources"]
    needed = stacks._with_dependencies([operation.logical_id], definitions, set(resources))
    for logical_id in needed - {operation.logical_id}:
        stack["_deletion"]["kept"][logical_id] = resources[logical_id]
        definitions[logical_id]["DeletionPolicy"] = "Retain"
