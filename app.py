"""A ride: driver and rider call and text each other, and neither sees the other's number."""

import aws_cdk as cdk

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)

app = cdk.App()
stack = cdk.Stack(app, "MaskedCalls")
service = ProxySessionService(
    stack,
    "Service",
    phone_numbers=["+12065550101", "+12065550102", "+12065550103"],
    # For a first try. By default the table outlives its stack.
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
calls = VoiceConnectorProxy(
    stack,
    "Calls",
    service=service,
    pool_countries=["US"],
    default_expiry=cdk.Duration.hours(1),
)
ride = ProxySession(
    stack,
    "Ride",
    voice_connector=calls,
    participants=["+14015550101", "+12065550100"],
    capabilities=[Capability.VOICE, Capability.SMS],
)
cdk.CfnOutput(stack, "ProxyPhoneNumber", value=ride.proxy_phone_number)
cdk.CfnOutput(stack, "ProxySessionId", value=ride.proxy_session_id)
cdk.CfnOutput(stack, "VoiceConnectorId", value=calls.voice_connector_id)
cdk.CfnOutput(stack, "Capabilities", value=ride.capabilities)
cdk.CfnOutput(stack, "Status", value=ride.status)
cdk.CfnOutput(stack, "EndpointUrl", value=service.endpoint_url)

# For plain CloudFormation templates: docs/cloudformation.md
shared = cdk.Stack(app, "ChimeProxyService")
published = ProxySessionService(
    shared,
    "Service",
    phone_numbers=[f"+1206555013{digit}" for digit in range(10)],
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
published.publish()
ProxySessionProvider(shared, "Provider", service=published).publish()
app.synth()
