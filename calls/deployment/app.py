"""A service, and a session whose call is carried while it lasts."""

import aws_cdk as cdk

from chime_proxy import Capability, ProxySession, ProxySessionService, VoiceConnectorProxy

app = cdk.App()
stack = cdk.Stack(app, "Calls")
service = ProxySessionService(
    stack,
    "Service",
    phone_numbers=["+12065550100"],
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
calls = VoiceConnectorProxy(
    stack,
    "Rides",
    service=service,
    pool_countries=["US"],
    default_expiry=cdk.Duration.hours(1),
    fallback_number="+16045550175",
)
ride = ProxySession(
    stack,
    "Ride",
    voice_connector=calls,
    participants=["+14155550142", "+13125550153"],
    capabilities=[Capability.VOICE],
    expiry=cdk.Duration.minutes(1),
)
cdk.CfnOutput(stack, "Table", value=service.table.table_name)
cdk.CfnOutput(stack, "TableArn", value=service.table.table_arn)
cdk.CfnOutput(stack, "Url", value=service.endpoint_url)
cdk.CfnOutput(stack, "Connector", value=calls.voice_connector_id)
cdk.CfnOutput(stack, "Session", value=ride.proxy_session_id)
cdk.CfnOutput(stack, "Number", value=ride.proxy_phone_number)
app.synth()
