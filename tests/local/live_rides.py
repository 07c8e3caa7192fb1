"""A stack with the service of its own sessions, in several states."""

from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2, aws_certificatemanager, aws_dynamodb, aws_logs
from tests.local.synthesis import new_stack, synthesized

from chime_proxy import Capability, ProxySession, ProxySessionService, VoiceConnectorProxy

NUMBERS = ("+12065550101", "+12065550102", "+12065550103")
NOWHERE = "zzzzzz1ghij2klmno3pqr4"
DOMAIN = "calls.example.com"

Declaration = Callable[[cdk.Stack, ProxySessionService, VoiceConnectorProxy], None]


def one(stack: cdk.Stack, service: ProxySessionService, calls: VoiceConnectorProxy) -> None:
    """Declare a session, and show what an application needs."""
    session = _session(stack, "Ride", calls)
    for name, value in {
        "Url": service.endpoint_url,
        "Table": service.table.table_name,
        "Function": service.function.function_name,
        "Connector": calls.voice_connector_id,
        "Session": session.proxy_session_id,
        "Number": session.proxy_phone_number,
    }.items():
        cdk.CfnOutput(stack, name, value=value)


def failing(stack: cdk.Stack, _: ProxySessionService, calls: VoiceConnectorProxy) -> None:
    """Declare a session, and then one that cannot be made."""
    first = _session(stack, "Ride", calls)
    _session(stack, "Sibling", NOWHERE).node.add_dependency(first)


def texting(stack: cdk.Stack, service: ProxySessionService, calls: VoiceConnectorProxy) -> None:
    """Declare the session for texts, with outputs."""
    one(stack, service, calls)
    ride = stack.node.find_child("Ride").node.find_child("Resource").node.default_child
    assert isinstance(ride, cdk.CfnResource)
    ride.add_property_override("Capabilities", ["SMS"])


STATES: Mapping[str, tuple[Declaration, int]] = {
    "live": (one, 512),
    "live-larger": (one, 1024),
    "live-texting": (texting, 1024),
    "live-failing": (failing, 512),
}


def synthesize(assembly: Path) -> dict[str, str]:
    """Synthesize the stack in every state, and return the templates."""
    # As the CDK CLI does.
    app = cdk.App(outdir=str(assembly), context={"aws:cdk:enable-path-metadata": True})
    for state, (declare, memory_size) in STATES.items():
        stack = new_stack(app, state)
        service = ProxySessionService(
            stack,
            "Service",
            phone_numbers=NUMBERS,
            memory_size=memory_size,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        declare(stack, service, _configured(stack, service))
    service_alone(new_stack(app, "service"), table=None)
    again = new_stack(app, "service-again")
    name = cdk.CfnParameter(again, "Kept").value_as_string
    service_alone(again, table=aws_dynamodb.TableV2.from_table_name(again, "Earlier", name))
    with_options(new_stack(app, "options"))
    return synthesized(app)


def service_alone(stack: cdk.Stack, table: aws_dynamodb.ITableV2 | None) -> None:
    """Declare a service whose table outlives it."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS, table=table)
    cdk.CfnOutput(stack, "Url", value=service.endpoint_url)
    cdk.CfnOutput(stack, "Table", value=service.table.table_name)


def with_options(stack: cdk.Stack) -> None:
    """Declare a session on a service that has every option of its API, its table and its logs."""
    certificate = aws_certificatemanager.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:us-east-1:000000000000:certificate/1"
    )
    domain = aws_apigatewayv2.DomainName(
        stack, "Domain", domain_name=DOMAIN, certificate=certificate
    )
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=NUMBERS,
        throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=50),
        domain_mapping=aws_apigatewayv2.DomainMappingOptions(
            domain_name=domain, mapping_key="sessions"
        ),
        billing=aws_dynamodb.Billing.on_demand(max_write_request_units=20_000),
        warm_throughput=aws_dynamodb.WarmThroughput(
            read_units_per_second=13_000, write_units_per_second=5_000
        ),
        log_group=_log_group(stack, "Log"),
        access_log_group=_log_group(stack, "Accesses"),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    one(stack, service, _configured(stack, service))
    cdk.CfnOutput(stack, "DomainUrl", value=service.domain_url)


def _configured(stack: cdk.Stack, service: ProxySessionService) -> VoiceConnectorProxy:
    return VoiceConnectorProxy(
        stack,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )


def _log_group(stack: cdk.Stack, construct_id: str) -> aws_logs.LogGroup:
    return aws_logs.LogGroup(stack, construct_id, removal_policy=cdk.RemovalPolicy.DESTROY)


def _session(
    stack: cdk.Stack, construct_id: str, connector: str | VoiceConnectorProxy
) -> ProxySession:
    return ProxySession(
        stack,
        construct_id,
        voice_connector=connector,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
    )
