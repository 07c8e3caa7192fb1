"""Gives nested stacks abilities that ministack has for other stacks only.

- Dynamic references are resolved.
- A session keeps its attributes when an update leaves it alone.
- A replaced session is deleted. AWS waits until the outermost stack is updated; here it is deleted
  at once.
- If the creation of a nested stack fails, its resources are deleted.

Still missing: the deletion of a nested stack ignores DeletionPolicy, and succeeds even if a
resource could not be deleted.
"""
# ruff: noqa: SLF001 - ministack has no public names for what is replaced here

from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import engine, provisioners

_TYPE = "AWS::CloudFormation::Stack"

Handle = Callable[..., Any]


def install() -> None:
    """Replace the functions of ministack's nested stacks; other stacks imported theirs before."""
    provisioners._provision_resource = _resolving(provisioners._provision_resource)
    provisioners._update_resource = _cleaning_up(_resolving(provisioners._update_resource))
    provisioners._delete_resource = _resolving(provisioners._delete_resource)
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    handlers["create"] = _rolling_back(handlers["create"])


def _resolving(handle: Handle) -> Handle:
    def resolved(*arguments: Any) -> Any:
        return handle(*(engine._resolve_dynamic_references(value)[0] for value in arguments))

    return resolved


def _cleaning_up(update: Handle) -> Handle:
    def cleaned_up(*arguments: Any) -> tuple[str, dict[str, Any]]:
        resource_type, physical_id, old, _, stack_name, logical_id = arguments
        record = cloudformation._stacks[stack_name]["_resources"][logical_id]
        new_id, attributes = update(*arguments, record["Attributes"])
        replaced = resource_type.startswith("Custom::") and new_id != physical_id
        if replaced and not provisioners._RETAIN_REPLACED.get():
            provisioners._delete_resource(resource_type, physical_id, old, stack_name, logical_id)
        return new_id, attributes

    return cleaned_up


def _rolling_back(create: Handle) -> Handle:
    def rolled_back(logical_id: str, properties: dict[str, Any], parent: str) -> Any:
        try:
            return create(logical_id, properties, parent)
        except BaseException:
            for child in _failed(parent, logical_id):
                provisioners._cfn_nested_stack_delete(child, properties)
            raise

    return rolled_back


def _failed(parent: str, logical_id: str) -> list[str]:
    return [
        name
        for name, stack in cloudformation._stacks.items()
        if stack.get("_parent_stack_name") == parent
        and name.startswith(f"{parent}-{logical_id}-")
        and stack["StackStatus"] == "CREATE_FAILED"
    ]
