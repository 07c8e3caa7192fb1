"""API operations changed to answer as CloudFormation does."""
# ruff: noqa: SLF001 - ministack has no public names for its templates and stacks

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import handlers

Parameters = dict[str, Any]
Operation = Callable[[Parameters], Any]


def install() -> None:
    """Replace UpdateStack, CreateChangeSet and ContinueUpdateRollback."""
    operations = handlers._ACTION_HANDLERS
    for name in ("UpdateStack", "CreateChangeSet"):
        operations[name] = _refusing_changed_types(operations[name])
    operations["CreateChangeSet"] = _refusing_undeleted_stacks(operations["CreateChangeSet"])
    operations["ContinueUpdateRollback"] = _skipping_nothing(operations["ContinueUpdateRollback"])


def _refusing_changed_types(update: Operation) -> Operation:
    def updated(parameters: Parameters) -> Any:
        if changed := _changed_types(parameters):
            msg = (
                "Update of resource type is not permitted. The new template modifies resource "
                f"type of the following resources: [{', '.join(changed)}]"
            )
            return handlers._error("ValidationError", msg)
        return update(parameters)

    return updated


def _refusing_undeleted_stacks(create: Operation) -> Operation:
    def created(parameters: Parameters) -> Any:
        stack = handlers._resolve_stack(handlers._p(parameters, "StackName")) or {}
        if stack.get("StackStatus") == "DELETE_FAILED":
            msg = f"Stack:{stack['StackId']} is in DELETE_FAILED state and can not be updated."
            return handlers._error("ValidationError", msg)
        return create(parameters)

    return created


def _changed_types(parameters: Parameters) -> list[str]:
    """Return the logical ids of resources declared with another type than deployed."""
    stack = handlers._resolve_stack(handlers._p(parameters, "StackName")) or {}
    declared = _declared_resources(parameters)
    return [
        logical_id
        for logical_id, record in stack.get("_resources", {}).items()
        if logical_id in declared and declared[logical_id].get("Type") != record["ResourceType"]
    ]


def _declared_resources(parameters: Parameters) -> dict[str, Any]:
    body, error = handlers._resolve_template(parameters)
    if error or not body:
        return {}
    try:
        return dict(handlers._parse_template(body)["Resources"])
    except (ValueError, KeyError, TypeError):
        # The operation itself says what is wrong with the template.
        return {}


def _skipping_nothing(continue_rollback: Operation) -> Operation:
    """Accept the CDK CLI's empty list of resources to skip."""

    def continued(parameters: Parameters) -> Any:
        if parameters.get("ResourcesToSkip") == [""]:
            parameters = {
                name: parameters[name] for name in parameters.keys() - {"ResourcesToSkip"}
            }
        return continue_rollback(parameters)

    return continued
