"""A stack with one custom resource, to see what CloudFormation makes of answers."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

_RESPONDER = Path(__file__).with_name("responder.py")
_TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
_ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Statement": [_TRUST]}},
}
_PROVIDER = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Timeout": 20,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": _RESPONDER.read_text()},
    },
}


@dataclass(frozen=True, slots=True)
class ProbeStack:
    """A stack with one custom resource, whose provider does what the properties say."""

    cloudformation: Any
    name: str
    journal: Path

    def create(self, **properties: Any) -> str:
        """Create the stack and return the status it ends in."""
        self.begin(**properties)
        return self._status_after("stack_create_complete", self._stack_id())

    def begin(self, **properties: Any) -> None:
        """Begin to create the stack."""
        self.cloudformation.create_stack(
            StackName=self.name,
            TemplateBody=self._template(properties),
            Capabilities=["CAPABILITY_IAM"],
        )

    def update(self, **properties: Any) -> str:
        """Update the stack and return the status it ends in."""
        self.cloudformation.update_stack(
            StackName=self.name,
            TemplateBody=self._template(properties),
            Capabilities=["CAPABILITY_IAM"],
        )
        return self._status_after("stack_update_complete", self._stack_id())

    def delete(self) -> str:
        """Delete the stack and return the status it ends in."""
        stack_id = self._stack_id()
        self.cloudformation.delete_stack(StackName=stack_id)
        return self._status_after("stack_delete_complete", stack_id)

    def events(self) -> list[dict[str, Any]]:
        """Return the events that the provider got, with its environment."""
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def received(self) -> list[tuple[str, str | None]]:
        """Return type and physical id of every event that the provider got."""
        return [(event["RequestType"], event.get("PhysicalResourceId")) for event in self.events()]

    def resources(self) -> dict[str, str]:
        """Return the physical ids of the resources that the stack has."""
        found = self.cloudformation.describe_stack_resources(StackName=self.name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in found["StackResources"]
        }

    def failure(self) -> str:
        """Return the reason that CloudFormation gives for the resource's failure."""
        answer = self.cloudformation.describe_stack_events(StackName=self.name)
        reasons: list[str] = [
            event["ResourceStatusReason"]
            for event in answer["StackEvents"]
            if event["LogicalResourceId"] == "Probe" and event["ResourceStatus"].endswith("FAILED")
        ]
        return reasons[0]

    def _stack_id(self) -> str:
        (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return str(stack["StackId"])

    def _status_after(self, waiter: str, stack_id: str) -> str:
        with suppress(WaiterError):
            self.cloudformation.get_waiter(waiter).wait(
                StackName=stack_id, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
            )
        stack = self.cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
        return str(stack["StackStatus"])

    def _template(self, properties: dict[str, Any]) -> str:
        provider = properties.get("Provider", "Provider")
        resources = {"Role": _ROLE, "Provider": _PROVIDER, provider: _PROVIDER}
        if properties.pop("Include", True):
            resources["Probe"] = self._resource(properties)
        return json.dumps({"Resources": resources})

    def _resource(self, properties: dict[str, Any]) -> dict[str, Any]:
        kind = properties.pop("Type", "Custom::Probe")
        provider = properties.pop("Provider", "Provider")
        scripted = {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in properties.items()
        }
        return {
            "Type": kind,
            "Properties": {
                "ServiceToken": {"Fn::GetAtt": [provider, "Arn"]},
                "ServiceTimeout": 60,
                "Journal": str(self.journal),
                **scripted,
            },
        }
