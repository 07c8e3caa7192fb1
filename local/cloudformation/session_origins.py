"""The stacks that proxy sessions belong to."""
# ruff: noqa: SLF001 - ministack has no public names for its stacks

from collections.abc import Mapping
from typing import Any

from ministack.services import cloudformation

_TYPE = "Custom::ChimeProxySession"


def session_origins() -> dict[str, str]:
    """Return the stack of every session and its place there, by physical id.

    The place is the path of the CDK construct, such as `Rides/Sessions/ride-7`; without CDK it is
    the stack's name and the logical id.
    """
    # Stacks of all accounts and regions.
    return {
        record["PhysicalResourceId"]: _place(stack, logical_id)
        for stack in list(cloudformation._stacks._data.values())
        for logical_id, record in list(stack.get("_resources", {}).items())
        if record["ResourceType"] == _TYPE
    }


def _place(stack: Mapping[str, Any], logical_id: str) -> str:
    declared = stack.get("_template", {}).get("Resources", {}).get(logical_id, {})
    path = str(declared.get("Metadata", {}).get("aws:cdk:path", ""))
    construct = path.removesuffix("/Default").removesuffix("/Resource")
    return construct or f"{stack['StackName']}/{logical_id}"
