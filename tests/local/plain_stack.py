"""A stack made of a plain template."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError


@dataclass(frozen=True, slots=True)
class PlainStack:
    """A stack, deployed by CloudFormation's own API, which is quicker than the CLI's waiting."""

    cloudformation: Any
    name: str
    template: Path
    capabilities: Sequence[str] = ("CAPABILITY_IAM",)

    def create(self, **parameters: str) -> str:
        """Create the stack and return the status it ends in."""
        self.cloudformation.create_stack(
            StackName=self.name,
            TemplateBody=self.template.read_text(),
            Capabilities=self.capabilities,
            Parameters=_given(parameters),
        )
        return self._status_after("stack_create_complete", self.name)

    def update(self, **parameters: str) -> str:
        """Update the stack, all other parameters as they are, and return the status it ends in."""
        known = self._stack(self.name)["Parameters"]
        kept = [one["ParameterKey"] for one in known if one["ParameterKey"] not in parameters]
        return self._update(
            [
                *_given(parameters),
                *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
            ]
        )

    def replace_template(self, **parameters: str) -> str:
        """Update the stack to another template, with its parameters; return the status."""
        return self._update(_given(parameters))

    def _update(self, parameters: list[dict[str, Any]]) -> str:
        self.cloudformation.update_stack(
            StackName=self.name,
            TemplateBody=self.template.read_text(),
            Capabilities=self.capabilities,
            Parameters=parameters,
        )
        return self._status_after("stack_update_complete", self.name)

    def delete(self) -> str:
        """Delete the stack, if it is there, and return the status it ends in."""
        if not self._exists():
            return "DELETE_COMPLETE"
        stack_id = self._stack(self.name)["StackId"]
        self.cloudformation.delete_stack(StackName=stack_id)
        return self._status_after("stack_delete_complete", stack_id)

    def outputs(self) -> dict[str, str]:
        """Return the outputs."""
        return {
            output["OutputKey"]: output["OutputValue"]
            for output in self._stack(self.name)["Outputs"]
        }

    def failures(self) -> str:
        """Return the reasons of all that failed."""
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return "\n".join(event.get("ResourceStatusReason", "") for event in failed)

    def _exists(self) -> bool:
        stacks = self.cloudformation.describe_stacks()["Stacks"]
        return self.name in [stack["StackName"] for stack in stacks]

    def _stack(self, stack_id: str) -> dict[str, Any]:
        return dict(self.cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0])

    def _status_after(self, waiter: str, stack_id: str) -> str:
        with suppress(WaiterError):
            self.cloudformation.get_waiter(waiter).wait(
                StackName=stack_id, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
            )
        return str(self._stack(stack_id)["StackStatus"])


def _given(parameters: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
