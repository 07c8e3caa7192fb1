"""A service that is published, and a stack of another app that finds it by its parameters."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb
from tests.local.synthesis import new_stack, synthesized

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)


def synthesize(assembly: Path) -> dict[str, str]:
    """Synthesize the service, the service with its earlier table, and the other app's stack."""
    app = cdk.App(outdir=str(assembly))
    _publish(new_stack(app, "published"), None)
    again = new_stack(app, "published-again")
    kept = cdk.CfnParameter(again, "Kept").value_as_string
    _publish(again, aws_dynamodb.TableV2.from_table_name(again, "Earlier", kept))
    _declare(new_stack(app, "elsewhere"))
    return synthesized(app)


def _publish(stack: cdk.Stack, table: aws_dynamodb.ITableV2 | None) -> None:
    service = ProxySessionService(stack, "Service", phone_numbers=["+12065550101"], table=table)
    service.publish()
    cdk.CfnOutput(stack, "Url", value=service.endpoint_url)
    cdk.CfnOutput(stack, "Table", value=service.table.table_name)


def _declare(stack: cdk.Stack) -> None:
    calls = VoiceConnectorProxy(
        stack,
        "Calls",
        service=ProxySessionService.from_published(stack, "Service"),
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
    )
    cdk.CfnOutput(stack, "Connector", value=calls.voice_connector_id)


def synthesize_with_provider(assembly: Path) -> dict[str, str]:
    """Synthesize a service and its provider, both published, for stacks in other languages."""
    app = cdk.App(outdir=str(assembly))
    stack = new_stack(app, "installed")
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=["+12065550101"],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    service.publish()
    ProxySessionProvider(stack, "Provider", service=service).publish()
    return synthesized(app)
