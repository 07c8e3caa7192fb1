"""A stack of proxy sessions, and what there really is of them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError
from tests.local.rides import HERE, STACK, THERE

_SESSION = "Custom::ChimeProxySession"


@dataclass(frozen=True, slots=True)
class SessionStack:
    """The stack of `rides`, deployed by CloudFormation's own API."""

    cloudformation: Any
    proxy_sessions: Any
    templates: Mapping[str, str]
    name: str = STACK

    def create(self, state: str) -> str:
        """Create the stack and return the status it ends in."""
        self.begin(self.templates[state])
        return self.created()

    def begin(self, template: str) -> None:
        """Begin to create the stack."""
        self.cloudformation.create_stack(
            StackName=self.name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"]
        )

    def created(self) -> str:
        """Wait for the end of the creation and return the status."""
        return self._status_after("stack_create_complete")

    def update(self, state: str) -> str:
        """Update the stack and return the status it ends in."""
        self.cloudformation.update_stack(
            StackName=self.name, TemplateBody=self.templates[state], Capabilities=["CAPABILITY_IAM"]
        )
        return self._status_after("stack_update_complete")

    def fail(self, logical_id: str) -> bool:
        """Fail a resource that waits for a signal; return false if it does not wait yet."""
        with suppress(ClientError):
            self.cloudformation.signal_resource(
                StackName=self.name, LogicalResourceId=logical_id, UniqueId="1", Status="FAILURE"
            )
            return True
        return False

    def delete(self, *, leaving: Sequence[str] = ()) -> str:
        """Delete the stack, except for some resources, and return the status it ends in."""
        with suppress(ClientError):
            stack_id = self._stack()["StackId"]
            self.cloudformation.delete_stack(StackName=stack_id, RetainResources=leaving)
            return self._status_after("stack_delete_complete", stack_id)
        return "DELETE_COMPLETE"

    def status(self) -> str:
        """Return the status of the stack."""
        return str(self._stack()["StackStatus"])

    def abandon(self) -> str:
        """Delete what is left of the stack, except for what cannot be deleted."""
        assert self.delete() == "DELETE_FAILED"
        return self.delete(leaving=self.undeleted())

    def delete_by_hand(self, session: str) -> None:
        """Delete a session without asking its stack."""
        connector, _, session_id = session.partition("/")
        self.proxy_sessions.delete_proxy_session(
            VoiceConnectorId=connector, ProxySessionId=session_id
        )

    def sessions(self) -> set[str]:
        """Return the sessions that the stack believes in."""
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {one["PhysicalResourceId"] for one in found if one["ResourceType"] == _SESSION}

    def undeleted(self) -> list[str]:
        """Return the logical ids of what could not be deleted."""
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return [
            one["LogicalResourceId"] for one in found if one["ResourceStatus"] == "DELETE_FAILED"
        ]

    def failures(self) -> str:
        """Return the reasons of all that failed."""
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return "\n".join(event.get("ResourceStatusReason", "") for event in failed)

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack."""
        return {one["OutputKey"]: one["OutputValue"] for one in self._stack()["Outputs"]}

    def told(self) -> str:
        """Return all that CloudFormation tells of the stack: template, events, resources, outputs."""
        of_stack = {"StackName": self.name}
        answers = (
            self.cloudformation.get_template(**of_stack),
            self.cloudformation.describe_stack_events(**of_stack),
            self.cloudformation.describe_stack_resources(**of_stack),
            self.cloudformation.describe_stacks(**of_stack),
        )
        return json.dumps(answers, default=str)

    def existing(self) -> set[str]:
        """Return the sessions that exist, whoever believes in them."""
        return {
            f"{connector}/{session['ProxySessionId']}"
            for connector in (HERE, THERE)
            for session in self._listed(connector)
        }

    def number(self) -> str:
        """Return the proxy number of the one session that exists."""
        (session,) = self._listed(HERE)
        return str(session["Participants"][0]["ProxyPhoneNumber"])

    def participants(self) -> set[str]:
        """Return the participants' numbers of the one session that exists."""
        (session,) = self._listed(HERE)
        return {end["PhoneNumber"] for end in session["Participants"]}

    def _listed(self, connector: str) -> list[dict[str, Any]]:
        answer = self.proxy_sessions.list_proxy_sessions(VoiceConnectorId=connector)
        return list(answer["ProxySessions"])

    def _stack(self, stack_id: str = "") -> dict[str, Any]:
        stacks = self.cloudformation.describe_stacks(StackName=stack_id or self.name)["Stacks"]
        return dict(stacks[0])

    def _status_after(self, waiter: str, stack_id: str = "") -> str:
        stack_id = stack_id or self._stack()["StackId"]
        with suppress(WaiterError):
            self.cloudformation.get_waiter(waiter).wait(
                StackName=stack_id, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
            )
        return str(self._stack(stack_id)["StackStatus"])
