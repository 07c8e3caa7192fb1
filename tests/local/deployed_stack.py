"""A stack that the CDK CLI has deployed, changed without it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import WaiterError


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """A deployed stack of proxy sessions."""

    cloudformation: Any
    name: str

    def update_sessions(self, **properties: Any) -> str:
        """Update the properties of all its sessions and return the status it ends in."""
        template = self.cloudformation.get_template(StackName=self.name)["TemplateBody"]
        for resource in template["Resources"].values():
            if resource["Type"] == "Custom::ChimeProxySession":
                resource["Properties"] |= properties
        self.cloudformation.update_stack(
            StackName=self.name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM"],
        )
        with suppress(WaiterError):
            self.cloudformation.get_waiter("stack_update_complete").wait(
                StackName=self.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
            )
        return self.status()

    def delete(self) -> None:
        """Delete the stack."""
        (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        self.cloudformation.delete_stack(StackName=self.name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=stack["StackId"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
        )

    def status(self) -> str:
        """Return the status of the stack."""
        (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return str(stack["StackStatus"])
