"""What a stack remembers of a custom resource that has failed."""
# ruff: noqa: SLF001 - ministack has no public names for its stacks

import secrets
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import cloudformation

from local.cloudformation.custom_resource import Operation

_CLEANUP_ATTEMPTS = 3


def attempts(operation: Operation, stack_name: str) -> int:
    """Return how often the provider is asked before CloudFormation takes a failure for one."""
    updating = cloudformation._stacks[stack_name]["StackStatus"].startswith("UPDATE_")
    return _CLEANUP_ATTEMPTS if updating and operation.request_type == "Delete" else 1


def remember_failure(operation: Operation, stack_name: str, answered_id: str) -> None:
    """Keep the id that the rollback has to address the resource by, or abandon its object.

    Args:
        operation: the one that has failed for good.
        stack_name: whose resource it is.
        answered_id: the id in the provider's answer; empty if there was no acceptable answer.

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
    """Tell the object of a resource that an update removes from one that it has replaced."""
    record = resources.get(operation.logical_id, {})
    return record.get("PhysicalResourceId") == operation.physical_id


def _invented_id(stack_name: str, logical_id: str) -> str:
    """Return an id like those that AWS deletes by when a Create brought none."""
    return f"{stack_name}-{logical_id}-{secrets.token_hex(6).upper()}"


def restore_undeleted(stack: dict[str, Any]) -> None:
    """Give a stack back what its rollback could not delete."""
    for logical_id, record in stack["_rollback_failed"].items():
        stack["_resources"][logical_id] = {
            **record,
            "ResourceStatus": "DELETE_FAILED",
            "LogicalResourceId": logical_id,
            "Attributes": {},
            "Timestamp": now_iso(),
        }
