"""CloudFormation as a custom resource sees it, in one process.

It sends what CloudFormation sends, in its orders, and judges answers as it does. It knows nothing
of any provider, so it serves any: give it a function, and properties for its resources.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import count
from typing import Any

from tests.contract.aws_lambda import Lambda
from tests.contract.bucket import Bucket, judge
from tests.contract.clock import Clock

SERVICE_TIMEOUT_SECONDS = 180
_CLEANUP_ATTEMPTS = 3
_ROLLBACK_ATTEMPTS = 20

Properties = Mapping[str, Any]
Template = Mapping[str, "Declared"]


@dataclass(frozen=True)
class Declared:
    """A resource as a template has it."""

    properties: Properties
    retain: bool = False
    resource_type: str = ""
    """Empty for the one that CloudFormation was given."""


@dataclass(frozen=True)
class Deployed:
    """A resource as CloudFormation believes it to be."""

    physical_id: str
    declared: Declared


class Failed(Exception):
    """An operation on a resource failed; `physical_id` is what the answer said, if one came."""

    def __init__(self, reason: str, physical_id: str | None) -> None:
        super().__init__(reason)
        self.physical_id = physical_id


class Rollback(Enum):
    """The two ways in which CloudFormation has been seen to take back a replacement."""

    SWAPPED_UPDATE = auto()
    DELETE_NEW = auto()


@dataclass
class Stack:
    """A stack: `is_stuck` where only a Delete can follow, or a rollback again."""

    stack_id: str
    resources: dict[str, Deployed] = field(default_factory=dict)
    undeleted: dict[str, Deployed] = field(default_factory=dict)
    retained: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)


class CloudFormation:
    """Creates, updates and deletes stacks of custom resources that one function serves.

    Args:
        clock: the time.
        bucket: where answers arrive.
        function: what serves the resources.
        resource_type: of those that do not say.
    """

    def __init__(
        self, clock: Clock, bucket: Bucket, function: Lambda, *, resource_type: str
    ) -> None:
        self._resource_type = resource_type
        self.pace_seconds = 2.0
        """What lies between two requests."""
        self.events: list[dict[str, Any]] = []
        self._clock = clock
        self._bucket = bucket
        self._function = function
        self._numbers = count(1)

    def new_stack(self) -> Stack:
        """A stack without resources."""
        number = next(self._numbers)
        arn = "arn:aws:cloudformation:us-east-1:123456789012:stack"
        return Stack(f"{arn}/Calls{number}/00000000-0000-4000-8000-{number:012}")

    def create(self, stack: Stack, template: Template, *, sibling_fails: bool = False) -> bool:
        """Create a stack's resources; roll back and return False if one of them fails.

        Args:
            stack: a new one.
            template: the resources.
            sibling_fails: a resource of another kind fails when all these are made.
        """
        try:
            for logical_id, declared in template.items():
                self._create(stack, logical_id, declared)
        except Failed:
            sibling_fails = True
        if sibling_fails:
            self.delete(stack)
        return not sibling_fails

    def update(
        self,
        stack: Stack,
        template: Template,
        *,
        sibling_fails: bool = False,
        rollback: Rollback = Rollback.SWAPPED_UPDATE,
    ) -> bool:
        """Bring a stack to a template; roll back and return False if something fails."""
        before = dict(stack.resources)
        try:
            for logical_id, declared in template.items():
                self._bring(stack, logical_id, declared)
        except Failed:
            sibling_fails = True
        if sibling_fails:
            self._roll_back(stack, before, rollback)
            return False
        for logical_id in before.keys() - template.keys():
            self._clean_up(stack, logical_id, stack.resources.pop(logical_id))
        for logical_id, old in before.items():
            self._clean_up_replaced(stack, logical_id, old)
        return True

    def delete(self, stack: Stack) -> bool:
        """Delete a stack's resources; what cannot be deleted stays for the next time."""
        for logical_id, deployed in list(stack.resources.items())[::-1]:
            if deployed.declared.retain:
                stack.retained.add(deployed.physical_id)
            elif not self._delete(stack, logical_id, deployed):
                continue
            del stack.resources[logical_id]
        return not stack.resources

    def cancelled_create(self, stack: Stack, logical_id: str, declared: Declared) -> dict[str, Any]:
        """The event of a Create that CloudFormation no longer waits for."""
        mailbox = self._bucket.open()
        mailbox.is_open = False
        return self._event(stack, "Create", logical_id, declared, mailbox.url)

    def delete_unanswered(self, stack: Stack, logical_id: str, declared: Declared) -> None:
        """Delete a resource whose Create never answered, by an id that CloudFormation invents."""
        invented = f"{stack.stack_id.split('/')[1]}-{logical_id}-1K2M3N4P5Q6R"
        self._delete(stack, logical_id, Deployed(invented, declared))

    def ask(
        self,
        stack: Stack,
        request_type: str,
        logical_id: str,
        declared: Declared,
        **fields: Any,
    ) -> Mapping[str, Any]:
        """Send a request, wait for its answer and judge it; change nothing in the stack.

        Args:
            stack: whose resource it is about.
            request_type: what is asked for.
            logical_id: the resource.
            declared: what is declared of it, with scalars of any type.
            fields: what else the request has.

        Raises:
            Failed: no answer came in time.
        """
        self._clock.sleep(self.pace_seconds)
        mailbox = self._bucket.open()
        event = self._event(stack, request_type, logical_id, declared, mailbox.url)
        event |= {name: _as_sent(value) for name, value in fields.items()}
        self.events.append(event)
        end = self._clock.seconds + SERVICE_TIMEOUT_SECONDS
        self._function.invoke(event)
        self._clock.run_until(end, done=lambda: bool(mailbox.bodies))
        mailbox.is_open = False
        if not mailbox.bodies:
            msg = "no answer came in time"
            raise Failed(msg, None)
        return judge(mailbox.bodies[0], event)

    def _bring(self, stack: Stack, logical_id: str, declared: Declared) -> None:
        current = stack.resources.get(logical_id)
        if current is None:
            self._create(stack, logical_id, declared)
        elif current.declared.properties != declared.properties:
            self._update(stack, logical_id, current, declared)
        else:
            stack.resources[logical_id] = replace(current, declared=declared)

    def _create(self, stack: Stack, logical_id: str, declared: Declared) -> None:
        invented = f"{stack.stack_id.split('/')[1]}-{logical_id}-7S8T9U0V1W2X"
        try:
            physical_id = self._send(stack, "Create", logical_id, declared)
        except Failed as failure:
            known = failure.physical_id or invented
            stack.resources[logical_id] = Deployed(known, replace(declared, retain=False))
            raise
        stack.resources[logical_id] = Deployed(physical_id, declared)

    def _update(self, stack: Stack, logical_id: str, current: Deployed, declared: Declared) -> None:
        try:
            physical_id = self._send(
                stack,
                "Update",
                logical_id,
                declared,
                PhysicalResourceId=current.physical_id,
                OldResourceProperties=current.declared.properties,
            )
        except Failed as failure:
            # The id of a failed answer sticks.
            stack.resources[logical_id] = Deployed(
                failure.physical_id or current.physical_id, declared
            )
            raise
        stack.resources[logical_id] = Deployed(physical_id, declared)

    def _roll_back(self, stack: Stack, before: Mapping[str, Deployed], rollback: Rollback) -> None:
        for logical_id, now in list(stack.resources.items())[::-1]:
            old = before.get(logical_id)
            if old is None:
                self._clean_up(stack, logical_id, now)
                del stack.resources[logical_id]
            elif now.declared.properties != old.declared.properties:
                self._take_back(stack, logical_id, now, old, rollback)
            else:
                stack.resources[logical_id] = old

    def _take_back(
        self, stack: Stack, logical_id: str, now: Deployed, old: Deployed, rollback: Rollback
    ) -> None:
        if rollback is Rollback.DELETE_NEW and now.physical_id != old.physical_id:
            self._clean_up(stack, logical_id, now)
            stack.resources[logical_id] = old
            return
        for _ in range(_ROLLBACK_ATTEMPTS):
            # After a failure the stack is in UPDATE_ROLLBACK_FAILED: somebody lets it go on.
            with suppress(Failed):
                self._update(stack, logical_id, stack.resources[logical_id], old.declared)
                break
        else:
            msg = "the rollback cannot be finished"
            raise AssertionError(msg)
        if stack.resources[logical_id].physical_id != now.physical_id:
            self._clean_up(stack, logical_id, now)

    def _clean_up_replaced(self, stack: Stack, logical_id: str, old: Deployed) -> None:
        now = stack.resources.get(logical_id)
        if now and now.physical_id != old.physical_id:
            self._clean_up(stack, logical_id, old)

    def _clean_up(self, stack: Stack, logical_id: str, deployed: Deployed) -> None:
        if deployed.declared.retain:
            stack.retained.add(deployed.physical_id)
        elif not any(self._delete(stack, logical_id, deployed) for _ in range(_CLEANUP_ATTEMPTS)):
            stack.abandoned.add(deployed.physical_id)

    def _delete(self, stack: Stack, logical_id: str, deployed: Deployed) -> bool:
        try:
            self._send(
                stack,
                "Delete",
                logical_id,
                deployed.declared,
                PhysicalResourceId=deployed.physical_id,
            )
        except Failed:
            return False
        return True

    def _send(
        self,
        stack: Stack,
        request_type: str,
        logical_id: str,
        declared: Declared,
        **fields: Any,
    ) -> str:
        answer = self.ask(stack, request_type, logical_id, declared, **fields)
        if answer["Status"] == "FAILED":
            raise Failed(answer["Reason"], answer["PhysicalResourceId"])
        return str(answer["PhysicalResourceId"])

    def _event(
        self, stack: Stack, request_type: str, logical_id: str, declared: Declared, url: str
    ) -> dict[str, Any]:
        return {
            "RequestType": request_type,
            "RequestId": f"5d478078-13e9-4b5c-8f3a-{next(self._numbers):012}",
            "ResponseURL": url,
            "StackId": stack.stack_id,
            "LogicalResourceId": logical_id,
            "ResourceType": declared.resource_type or self._resource_type,
            "ResourceProperties": _as_sent(declared.properties),
        }


def _as_sent(value: Any) -> Any:
    """Properties as CloudFormation sends them: every scalar a string."""
    match value:
        case Mapping():
            return {key: _as_sent(item) for key, item in value.items()}
        case list():
            return [_as_sent(item) for item in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)
