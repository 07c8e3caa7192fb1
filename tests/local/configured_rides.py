"""The stack of `rides` with the configuration that its voice connector needs."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_chime
from tests.local.rides import HERE, NOWHERE, Declaration, session

from chime_proxy import ProxySessionProvider, VoiceConnectorProxy


def native(stack: cdk.Stack) -> None:
    """Declare a voice connector, its configuration and a session on it."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="rides", require_encryption=True
    )
    ride = session(stack, "Ride", _configured(stack, connector))
    cdk.CfnOutput(stack, "VoiceConnectorId", value=ride.voice_connector_id)
    cdk.CfnOutput(stack, "SessionId", value=ride.proxy_session_id)
    cdk.CfnOutput(stack, "ExpiryMinutes", value=ride.expiry_minutes)


def configured(stack: cdk.Stack) -> None:
    """Declare a session on a connector that the stack configures."""
    session(stack, "Ride", _configured(stack, NOWHERE))


def closed_to_more(stack: cdk.Stack) -> None:
    """Declare a further session on the connector, which no longer allows any."""
    proxy = _configured(stack, NOWHERE, enabled=False)
    session(stack, "Ride", proxy)
    session(stack, "Further", proxy)


def claiming(stack: cdk.Stack) -> None:
    """Declare the configuration of a connector that has one."""
    _configured(stack, HERE)


def adopting(stack: cdk.Stack) -> None:
    """Take over the configuration of a connector that has one."""
    _configured(stack, HERE, adopt_existing=True, removal_policy=cdk.RemovalPolicy.RETAIN)


CONFIGURED_STATES: Mapping[str, Declaration] = {
    "native": native,
    "configured": configured,
    "closed-to-more": closed_to_more,
    "claiming": claiming,
    "adopting": adopting,
}


def _configured(stack: cdk.Stack, connector: Any, **changes: Any) -> VoiceConnectorProxy:
    provider = stack.node.find_child("Provider")
    assert isinstance(provider, ProxySessionProvider)
    return VoiceConnectorProxy(
        stack,
        "Proxy",
        voice_connector=connector,
        pool_countries=["US"],
        default_expiry=cdk.Duration.minutes(45),
        provider=provider,
        **changes,
    )
