"""The places of resources in their stacks."""
# ruff: noqa: SLF001 - ministack has no public names for its stacks

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudformation


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack.

    Args:
        region: the stack's.
        stack: the stack's name.
        physical_id: the resource's.
        place: the path of the CDK construct, such as `Rides/Sessions/ride-7`; without CDK the
            stack's name and the logical id.
    """

    region: str
    stack: str
    physical_id: str
    place: str


def resources(resource_type: str) -> Iterator[Resource]:
    """Return the resources of a type in the stacks of all accounts and regions."""
    for (_, region, _), stack in list(cloudformation._stacks._data.items()):
        for logical_id, record in list(stack.get("_resources", {}).items()):
            if record["ResourceType"] == resource_type:
                yield Resource(
                    region=region,
                    stack=stack["StackName"],
                    physical_id=record.get("PhysicalResourceId", ""),
                    place=_place(stack, logical_id),
                )


def _place(stack: Mapping[str, Any], logical_id: str) -> str:
    declared = stack.get("_template", {}).get("Resources", {}).get(logical_id, {})
    path = str(declared.get("Metadata", {}).get("aws:cdk:path", ""))
    construct = path.removesuffix("/Default").removesuffix("/Resource")
    return construct or f"{stack['StackName']}/{logical_id}"
