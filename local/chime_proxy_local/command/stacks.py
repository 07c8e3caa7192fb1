"""The states of the stacks on a local cloud."""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy_local.client import root_client
from chime_proxy_local.error import LocalCloudError

TOOLKIT_STACK = "CDKToolkit"
_DEPLOYED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_WAITS_FOR_SOMEBODY = "REVIEW_IN_PROGRESS"
_SESSION_TYPE = "Custom::ChimeProxySession"
_API_TYPE = "AWS::ApiGatewayV2::Api"
_NESTED_TYPE = "AWS::CloudFormation::Stack"
_SERVICE_ROUTE = "ANY /voice-connectors/{proxy+}"
_POLL_SECONDS = 0.2
_ROLL_BACK = (
    "`cdk rollback {0}` rolls it back; `--orphan LOGICAL_ID` leaves out what cannot be rolled back."
)
# A stack in ROLLBACK_FAILED is not among them: the CDK CLI deletes it before it deploys.
_WAYS_OUT = {
    "CREATE_FAILED": _ROLL_BACK,
    "UPDATE_FAILED": _ROLL_BACK,
    "UPDATE_ROLLBACK_FAILED": _ROLL_BACK,
    "DELETE_FAILED": "`cdk destroy {0}` deletes the rest of it.",
}
_START_ANEW = "`chime-proxy local down` and `chime-proxy local` start a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckStack:
    """A stack that an operation left in a state which the next one cannot start from.

    Args:
        name: the stack's.
        status: the state.
        reason: CloudFormation's; may be empty.
    """

    name: str
    status: str
    reason: str

    def __str__(self) -> str:
        remedy = _WAYS_OUT.get(self.status, "").format(self.name)
        return f"The stack {self.name} is in {self.status}. {self.reason}\n{remedy}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The service and the proxy sessions of some stacks.

    Args:
        service_api: the id of the HTTP API that serves proxy sessions; None if none does.
        sessions: the physical ids of the proxy sessions.
    """

    service_api: str | None
    sessions: list[str]


class Stacks:
    """The stacks of one cloud.

    Every method raises LocalCloudError if the cloud does not answer.

    Args:
        endpoint: the cloud's URL.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._client = root_client("cloudformation", endpoint)

    def is_bootstrapped(self) -> bool:
        """Return true if the cloud is bootstrapped for CDK."""
        return self._statuses().get(TOOLKIT_STACK) in _DEPLOYED

    def wait_until_settled(self) -> None:
        """Wait for operations left running by an interrupted deployment."""
        while any(self._is_moving(status) for status in self._statuses().values()):
            time.sleep(_POLL_SECONDS)

    def check(self, names: Collection[str]) -> None:
        """Check that all these stacks are in a state to deploy from.

        Raises:
            LocalCloudError: one is not; the message has its state and the way out.
        """
        for stuck in self.stuck():
            if stuck.name in names:
                msg = f"{stuck}\nFirst `source .local/env`. Or leave it: {_START_ANEW}"
                raise LocalCloudError(msg)

    def names(self) -> list[str]:
        """Return the names of the stacks, without nested ones and CDK's own, the oldest first."""
        described = sorted(self._described(), key=_creation)
        nested = {one for stack in described for one in self._nested(stack["StackName"])}
        names = [stack["StackName"] for stack in described if stack["StackId"] not in nested]
        return [name for name in names if name != TOOLKIT_STACK]

    def stuck(self) -> list[StuckStack]:
        """Return the stacks that cannot be deployed in their state."""
        return [_stuck(stack) for stack in self._described() if stack["StackStatus"] in _WAYS_OUT]

    def delete_all(self) -> list[StuckStack]:
        """Delete all stacks but CDK's own, and return those that could not be deleted.

        The newest is deleted first. A stack may be needed by an older one: so the remaining ones are
        tried again as long as another one is gone.
        """
        remaining = self.names()
        while remaining:
            for name in reversed(remaining):
                self._delete(name)
            before, remaining = remaining, self.names()
            if remaining == before:
                break
        return [_stuck(stack) for stack in self._described() if stack["StackName"] in remaining]

    def _delete(self, name: str) -> None:
        # Refused while another stack uses an export of it.
        with suppress(ClientError):
            self._client.update_termination_protection(
                StackName=name, EnableTerminationProtection=False
            )
            self._client.delete_stack(StackName=name)
        self.wait_until_settled()

    def deployed(self, names: Iterable[str]) -> Deployed:
        """Find the proxy sessions of some stacks, and the service of the first that has one.

        Args:
            names: the stacks; their nested stacks are looked at, too.
        """
        resources = [resource for name in names for resource in self._resources(name)]
        services = filter(self._serves_sessions, _physical_ids(resources, _API_TYPE))
        return Deployed(
            service_api=next(services, None), sessions=_physical_ids(resources, _SESSION_TYPE)
        )

    def _serves_sessions(self, api_id: str) -> bool:
        apis = root_client("apigatewayv2", self._endpoint)
        routes = _ask(apis.get_routes, "Items", ApiId=api_id)
        return any(route["RouteKey"] == _SERVICE_ROUTE for route in routes)

    def _resources(self, name: str) -> list[Any]:
        own = self._own_resources(name)
        nested = _physical_ids(own, _NESTED_TYPE)
        return [*own, *(resource for stack in nested for resource in self._resources(stack))]

    def _nested(self, name: str) -> list[str]:
        return _physical_ids(self._own_resources(name), _NESTED_TYPE)

    def _own_resources(self, name: str) -> list[Any]:
        return _ask(self._client.describe_stack_resources, "StackResources", StackName=name)

    def _statuses(self) -> dict[str, str]:
        return {stack["StackName"]: stack["StackStatus"] for stack in self._described()}

    def _described(self) -> list[Any]:
        pages = self._client.get_paginator("describe_stacks")
        return _ask(lambda: pages.paginate().build_full_result(), "Stacks")

    @staticmethod
    def _is_moving(status: str) -> bool:
        return status.endswith("_IN_PROGRESS") and status != _WAITS_FOR_SOMEBODY


def _creation(stack: Any) -> Any:
    return stack["CreationTime"]


def _stuck(stack: Any) -> StuckStack:
    return StuckStack(
        name=stack["StackName"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
    )


def _physical_ids(resources: Iterable[Any], resource_type: str) -> list[str]:
    return [
        resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == resource_type
    ]


def _ask(operation: Callable[..., Any], member: str, **parameters: str) -> list[Any]:
    try:
        answer = operation(**parameters)
    except (BotoCoreError, ClientError) as error:
        msg = f"The local cloud does not answer as it should: {error}. {_START_ANEW}"
        raise LocalCloudError(msg) from error
    return list(answer[member])
