"""A stack that moves from another endpoint to a service of its own, in several states."""

from pathlib import Path

import aws_cdk as cdk
from tests.local.synthesis import new_stack, synthesized

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)

HERE = "mmmmmm1ghij2klmno3pqr4"
"""The voice connector at the other endpoint."""


def synthesize(assembly: Path, endpoint: str) -> dict[str, str]:
    """Synthesize the stack in every state, and return the templates."""
    app = cdk.App(outdir=str(assembly))
    _declare(new_stack(app, "elsewhere"), endpoint_url=endpoint)
    _declare(new_stack(app, "at-once"), voice_connector=None)
    _declare(new_stack(app, "unchanged"))
    _declare(new_stack(app, "changed"), minutes=30)
    _declare(new_stack(app, "own-connector"), minutes=30, voice_connector=None)
    _declare(new_stack(app, "renamed"), minutes=30, construct_id="CallsAnew")
    return synthesized(app)


def _declare(
    stack: cdk.Stack,
    *,
    endpoint_url: str | None = None,
    voice_connector: str | None = HERE,
    minutes: int = 45,
    construct_id: str = "Calls",
) -> None:
    service = None if endpoint_url else _service(stack)
    if endpoint_url:
        ProxySessionProvider.of(stack, endpoint_url=endpoint_url)
    expiry = cdk.Duration.minutes(minutes)
    calls = VoiceConnectorProxy(
        stack,
        construct_id,
        voice_connector=voice_connector,
        service=service,
        pool_countries=["US"],
        default_expiry=expiry,
    )
    ride = ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
        expiry=expiry,
    )
    cdk.CfnOutput(stack, "Connector", value=calls.voice_connector_id)
    cdk.CfnOutput(stack, "Session", value=ride.proxy_session_id)


def _service(stack: cdk.Stack) -> ProxySessionService:
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=["+12065550101", "+12065550102"],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    cdk.CfnOutput(stack, "Url", value=service.endpoint_url)
    return service
