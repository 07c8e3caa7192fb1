"""The same stack in many states: what an update leads from and to."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda

from chime_proxy import ProxySession, ProxySessionProvider

STACK = "Rides"
HERE, THERE, NOWHERE = (
    "abcdef1ghij2klmno3pqr4",
    "bbbbbb1ghij2klmno3pqr4",
    "zzzzzz1ghij2klmno3pqr4",
)
"""Voice connectors: the one that a cloud starts with, another one, and one without a proxy."""

_DRIVER = "+14015550101"


def one(stack: cdk.Stack) -> ProxySession:
    """Declare a session."""
    return _session(stack, "Ride", HERE)


def two(stack: cdk.Stack) -> None:
    """Declare two sessions of one connector."""
    one(stack)
    _session(stack, "Second", HERE)


def far(stack: cdk.Stack) -> None:
    """Declare a session of each connector."""
    one(stack)
    _session(stack, "Far", THERE)


def moved(stack: cdk.Stack) -> None:
    """Declare the session on the other connector."""
    _session(stack, "Ride", THERE)


def texting(stack: cdk.Stack) -> ProxySession:
    """Declare the session for texts alone."""
    return _session(stack, "Ride", HERE, capabilities=["SMS"])


def another_rider(stack: cdk.Stack) -> ProxySession:
    """Declare the session with other participants."""
    return _session(stack, "Ride", HERE, rider="+12065550107")


def failing(first: Callable[[cdk.Stack], ProxySession]) -> Callable[[cdk.Stack], None]:
    """Declare a session, and then one that cannot be made."""

    def declare(stack: cdk.Stack) -> None:
        session = first(stack)
        _session(stack, "Sibling", NOWHERE).node.add_dependency(session)

    return declare


def delayed(stack: cdk.Stack) -> None:
    """Declare a session, and then a wait of a second that fails."""
    session = one(stack)
    handle = cdk.CfnWaitConditionHandle(stack, "Handle")
    wait = cdk.CfnWaitCondition(stack, "Wait", handle=handle.ref, timeout="1")
    wait.node.add_dependency(session)


def hasty(stack: cdk.Stack) -> None:
    """Declare a session that CloudFormation does not wait long for."""
    _set_service_timeout(one(stack), 9)


def broken(stack: cdk.Stack) -> None:
    """Declare a session whose function cannot be imported."""
    _set_service_timeout(one(stack), 2)
    for construct in stack.node.find_all():
        if isinstance(construct, aws_lambda.CfnFunction):
            construct.add_property_override("Handler", "chime_proxy_provider.missing.handler")


STATES: dict[str, Callable[[cdk.Stack], object]] = {
    "one": one,
    "two": two,
    "far": far,
    "moved": moved,
    "texting": texting,
    "failing": failing(one),
    "texting-failing": failing(texting),
    "replaced-failing": failing(another_rider),
    "delayed": delayed,
    "hasty": hasty,
    "broken": broken,
}


def synthesize(assembly: Path, endpoint: str) -> dict[str, str]:
    """Synthesize every state, and return the templates."""
    app = cdk.App(outdir=str(assembly))
    for state, declare in STATES.items():
        stack = cdk.Stack(app, state, stack_name=STACK)
        ProxySessionProvider(stack, "Provider", endpoint_url=endpoint)
        declare(stack)
    app.synth()
    return {state: (assembly / f"{state}.template.json").read_text() for state in STATES}


def _session(
    stack: cdk.Stack,
    construct_id: str,
    connector: str,
    *,
    rider: str = "+12065550100",
    capabilities: list[str] | None = None,
) -> ProxySession:
    provider = stack.node.find_child("Provider")
    assert isinstance(provider, ProxySessionProvider)
    return ProxySession(
        stack,
        construct_id,
        voice_connector=connector,
        participants=[_DRIVER, rider],
        capabilities=capabilities or ["Voice", "SMS"],
        provider=provider,
    )


def _set_service_timeout(session: ProxySession, seconds: int) -> None:
    resource = session.node.find_child("Resource").node.default_child
    assert isinstance(resource, cdk.CfnResource)
    resource.add_property_override("ServiceTimeout", seconds)
