"""A stack that moves from another endpoint to a service of its own, in several states."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)

HERE = "mmmmmm1ghij2klmno3pqr4"
"""The voice connector at the other endpoint."""

STATES = ("elsewhere", "at-once", "unchanged", "changed", "own-connector", "renamed")


def synthesize(assembly: Path, endpoint: str) -> dict[str, str]:
    """Synthesize the stack in every state, and return the templates."""
    app = cdk.App(outdir=str(assembly))
    _declare(_stack(app, "elsewhere"), endpoint_url=endpoint)
    _declare(_stack(app, "at-once"), voice_connector=None)
    _declare(_stack(app, "unchanged"))
    _declare(_stack(app, "changed"), minutes=30)
    _declare(_stack(app, "own-connector"), minutes=30, voice_connector=None)
    _declare(_stack(app, "renamed"), minutes=30, construct_id="CallsAnew")
    app.synth()
    return {state: (assembly / f"{state}.template.json").read_text() for state in STATES}


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


def _stack(app: cdk.App, name: str) -> Any:
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    return cdk.Stack(app, name, synthesizer=synthesizer)
