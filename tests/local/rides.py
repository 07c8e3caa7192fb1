"""The same stack in many states: what an update leads from and to."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda
from tests.local.synthesis import new_stack, synthesized

from chime_proxy import ProxySession, ProxySessionProvider

STACK = "Rides"
HERE, THERE, NOWHERE = (
    "abcdef1ghij2klmno3pqr4",
    "bbbbbb1ghij2klmno3pqr4",
    "zzzzzz1ghij2klmno3pqr4",
)
"""Voice connectors: the one that a cloud starts with, another one, and one without a proxy."""

_PARTICIPANTS = ("+14015550101", "+12065550100")

Declaration = Callable[[cdk.Stack], object]


def one(stack: cdk.Stack) -> ProxySession:
    """Declare a session."""
    return session(stack, "Ride", HERE)


def two(stack: cdk.Stack) -> None:
    """Declare two sessions of one connector."""
    one(stack)
    session(stack, "Second", HERE)


def far(stack: cdk.Stack) -> None:
    """Declare a session of each connector."""
    one(stack)
    session(stack, "Far", THERE)


def moved(stack: cdk.Stack) -> None:
    """Declare the session on the other connector."""
    session(stack, "Ride", THERE)


def texting(stack: cdk.Stack) -> ProxySession:
    """Declare the session for texts alone."""
    return session(stack, "Ride", HERE, capabilities=["SMS"])


def another_rider(stack: cdk.Stack) -> ProxySession:
    """Declare the session with other participants."""
    return session(stack, "Ride", HERE, participants=(_PARTICIPANTS[0], "+12065550107"))


def failing(first: Callable[[cdk.Stack], ProxySession]) -> Callable[[cdk.Stack], None]:
    """Declare a session, and then one that cannot be made."""

    def declare(stack: cdk.Stack) -> None:
        ride = first(stack)
        session(stack, "Sibling", NOWHERE).node.add_dependency(ride)

    return declare


def delayed(stack: cdk.Stack) -> None:
    """Declare a session, and then a wait for a signal."""
    ride = one(stack)
    wait = cdk.CfnWaitCondition(stack, "Wait")
    signal = cdk.CfnResourceSignal(count=1, timeout="PT10M")
    wait.cfn_options.creation_policy = cdk.CfnCreationPolicy(resource_signal=signal)
    wait.node.add_dependency(ride)


def hasty(stack: cdk.Stack) -> None:
    """Declare a session that CloudFormation does not wait long for."""
    # A Delete has the same time, and a busy machine needs some to start the function.
    _set_service_timeout(one(stack), 20)


def broken(stack: cdk.Stack) -> None:
    """Declare a session whose function cannot be imported."""
    _set_service_timeout(one(stack), 2)
    for construct in stack.node.find_all():
        if isinstance(construct, aws_lambda.CfnFunction):
            construct.add_property_override("Handler", "chime_proxy_provider.missing.handler")


STATES: Mapping[str, Declaration] = {
    "one": one,
    "two": two,
    "far": far,
    "moved": moved,
    "texting": texting,
    "another-rider": another_rider,
    "failing": failing(one),
    "texting-failing": failing(texting),
    "replaced-failing": failing(another_rider),
    "delayed": delayed,
    "hasty": hasty,
    "broken": broken,
}


def synthesize(assembly: Path, endpoint: str, states: Mapping[str, Declaration]) -> dict[str, str]:
    """Synthesize the stack in every state, and return the templates."""
    app = cdk.App(outdir=str(assembly))
    for state, declare in states.items():
        stack = new_stack(app, state, STACK)
        ProxySessionProvider(stack, "Provider", endpoint_url=endpoint)
        declare(stack)
    return synthesized(app)


def session(stack: cdk.Stack, construct_id: str, connector: Any, **changes: Any) -> ProxySession:
    """Declare a session; changes are to the props that all have."""
    props = {"participants": _PARTICIPANTS, "capabilities": ["Voice", "SMS"], **changes}
    provider = stack.node.find_child("Provider")
    assert isinstance(provider, ProxySessionProvider)
    return ProxySession(stack, construct_id, voice_connector=connector, provider=provider, **props)


def without_permission(template: str, resource: str) -> str:
    """Take the policies out of a template that name resources of a kind.

    Args:
        template: of a state.
        resource: a part of their ARNs.
    """
    document: dict[str, Any] = json.loads(template)
    resources = document["Resources"]
    policies = [name for name, one in resources.items() if _is_policy_for(resource, one)]
    assert policies
    for name in policies:
        del resources[name]
    for one in resources.values():
        one.pop("DependsOn", None)
    return json.dumps(document)


def _is_policy_for(resource: str, one: Mapping[str, Any]) -> bool:
    return one["Type"] == "AWS::IAM::Policy" and resource in json.dumps(one)


def _set_service_timeout(ride: ProxySession, seconds: int) -> None:
    resource = ride.node.find_child("Resource").node.default_child
    assert isinstance(resource, cdk.CfnResource)
    resource.add_property_override("ServiceTimeout", seconds)
