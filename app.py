"""A ride: driver and rider call and text each other, and neither sees the other's number."""

import os

import aws_cdk as cdk

from chime_proxy import Capability, ProxySession, ProxySessionProvider, ProxySessionService

app = cdk.App()
endpoint_url = os.environ.get("AWS_ENDPOINT_URL_CHIME_SDK_VOICE")
stack = cdk.Stack(app, "MaskedCalls")
ride = ProxySession(
    stack,
    "Ride",
    voice_connector="abcdef1ghij2klmno3pqr4",
    participants=["+14015550101", "+12065550100"],
    capabilities=[Capability.VOICE, Capability.SMS],
    expiry=cdk.Duration.hours(1),
    provider=ProxySessionProvider(stack, "Provider", endpoint_url=endpoint_url),
)
cdk.CfnOutput(stack, "ProxyPhoneNumber", value=ride.proxy_phone_number)
cdk.CfnOutput(stack, "ProxySessionId", value=ride.proxy_session_id)
cdk.CfnOutput(stack, "VoiceConnectorId", value=ride.voice_connector_id)
cdk.CfnOutput(stack, "Capabilities", value=ride.capabilities)
cdk.CfnOutput(stack, "Status", value=ride.status)

# For plain CloudFormation templates: docs/cloudformation.md
shared = cdk.Stack(app, "ChimeProxyService")
service = ProxySessionService(
    shared,
    "Service",
    phone_numbers=[f"+1206555013{digit}" for digit in range(10)],
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
service.publish()
ProxySessionProvider(shared, "Provider", service=service).publish()
app.synth()
