import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import (
    aws_apigatewayv2,
    aws_certificatemanager,
    aws_chime,
    aws_dynamodb,
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_lambda_destinations,
    aws_logs,
    aws_secretsmanager,
    aws_sqs,
    aws_ssm,
)
from tests.cfn_lint import lint_template

from chime_proxy import (
    Capability,
    PhoneNumber,
    ProxySession,
    ProxySessionDashboard,
    ProxySessionProvider,
    ProxySessionService,
    RefusedDeletion,
)

ENDPOINT = "https://calls.example.com"
CONNECTOR = "abcdef1ghij2klmno3pqr4"
Options: TypeAlias = dict[str, Any]


def plain(_stack: cdk.Stack) -> Options:
    """Nothing but the defaults."""
    return {}


def tuned(_stack: cdk.Stack) -> Options:
    """Options of numbers and choices."""
    return {
        "refused_deletion": RefusedDeletion.ABANDON,
        "memory_size": 512,
        "timeout": cdk.Duration.minutes(2),
        "architecture": aws_lambda.Architecture.X86_64,
        "reserved_concurrent_executions": 10,
    }


def network(stack: cdk.Stack) -> Options:
    """A network, with a group and subnets of one's own."""
    vpc = aws_ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-12345678",
        availability_zones=["us-east-1a"],
        private_subnet_ids=["subnet-12345678"],
    )
    group = aws_ec2.SecurityGroup(stack, "Group", vpc=vpc, description="Provider")
    return {
        "vpc": vpc,
        "vpc_subnets": aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": [group],
    }


def keys(stack: cdk.Stack) -> Options:
    """A key for the settings and the logs."""
    key = aws_kms.Key(stack, "ProviderKey", enable_key_rotation=True)
    key.grant_encrypt_decrypt(aws_iam.ServicePrincipal("logs.us-east-1.amazonaws.com"))
    logs = aws_logs.LogGroup(
        stack, "Logs", encryption_key=key, retention=aws_logs.RetentionDays.ONE_YEAR
    )
    return {"environment_encryption": key, "log_group": logs}


def dead_letters(stack: cdk.Stack) -> Options:
    """A dead-letter queue and a destination."""
    queue = aws_sqs.Queue(stack, "Unserved", enforce_ssl=True)
    reason = "It is a dead-letter queue, of a function."
    for rule in ("AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"):
        cdk.Validations.of(queue).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
    return {
        "dead_letter_queue": queue,
        "on_failure": aws_lambda_destinations.SqsDestination(queue),
    }


def own_role(stack: cdk.Stack) -> Options:
    """A role of the stack."""
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    return {"role": aws_iam.Role(stack, "Own", assumed_by=principal)}


def imported_role(stack: cdk.Stack) -> Options:
    """An imported role."""
    arn = "arn:aws:iam::123456789012:role/provider"
    return {"role": aws_iam.Role.from_role_arn(stack, "Own", arn)}


def everything(stack: cdk.Stack) -> Options:
    """All of it together."""
    builders = (tuned, network, keys, dead_letters, own_role)
    return {name: value for build in builders for name, value in build(stack).items()}


def on_a_service(stack: cdk.Stack) -> Options:
    """A service in the account."""
    service = ProxySessionService(stack, "Service", phone_numbers=["+12065550101"])
    return {"endpoint_url": None, "service": service}


def on_a_tuned_service(stack: cdk.Stack) -> Options:
    """A service with a domain, limits, log groups of one's own, alarms and a dashboard."""
    certificate = aws_certificatemanager.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:us-east-1:123456789012:certificate/1"
    )
    domain = aws_apigatewayv2.DomainName(
        stack, "Domain", domain_name="calls.example.com", certificate=certificate
    )
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=["+12065550101"],
        billing=aws_dynamodb.Billing.on_demand(max_write_request_units=20_000),
        warm_throughput=aws_dynamodb.WarmThroughput(
            read_units_per_second=13_000, write_units_per_second=5_000
        ),
        log_group=aws_logs.LogGroup(stack, "ServiceLog"),
        access_log_group=aws_logs.LogGroup(stack, "Accesses"),
        throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=50),
        domain_mapping=aws_apigatewayv2.DomainMappingOptions(domain_name=domain),
    )
    service.add_alarms()
    ProxySessionDashboard(stack, "Sessions", service=service)
    return {"endpoint_url": None, "service": service}


MATRIX = (
    plain,
    tuned,
    network,
    keys,
    dead_letters,
    own_role,
    imported_role,
    everything,
    on_a_service,
    on_a_tuned_service,
)


@pytest.fixture(params=MATRIX)
def app(request: pytest.FixtureRequest) -> cdk.App:
    """Sessions on two connectors, with secrets, alarms, a dashboard and readers."""
    options: Callable[[cdk.Stack], Options] = request.param
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    stack = cdk.Stack(app, "Calls")
    chosen: Any = {"endpoint_url": ENDPOINT} | options(stack)
    provider = ProxySessionProvider(stack, "Provider", **chosen)
    provider.publish()
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    for construct_id, voice_connector in (("One", connector), ("Two", CONNECTOR)):
        ride(stack, construct_id, voice_connector, provider)
    hidden(stack, provider)
    provider.add_alarms()
    ProxySessionDashboard(stack, "Dashboard", provider=provider)
    looked_at(stack)
    return app


def ride(
    stack: cdk.Stack, construct_id: str, voice_connector: Any, provider: ProxySessionProvider
) -> None:
    """A session."""
    ProxySession(
        stack,
        construct_id,
        voice_connector=voice_connector,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
        provider=provider,
    )


def hidden(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """A session with participants from a secret and a parameter."""
    key = aws_kms.Key(stack, "Key", enable_key_rotation=True)
    secret = aws_secretsmanager.Secret.from_secret_attributes(
        stack,
        "Rider",
        secret_complete_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf",
        encryption_key=key,
    )
    parameter = aws_ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Driver", parameter_name="/drivers/7/phone", encryption_key=key
    )
    ProxySession(
        stack,
        "Three",
        voice_connector=CONNECTOR,
        participants=[
            PhoneNumber.from_secret(secret, json_field="phone"),
            PhoneNumber.from_secure_parameter(parameter),
        ],
        capabilities=[Capability.VOICE],
        provider=provider,
        reveal_participants=True,
    )


def looked_at(stack: cdk.Stack) -> None:
    """Permissions to read sessions, and a session on an imported provider."""
    principal = aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
    reader = aws_iam.Role(stack, "Reader", assumed_by=principal)
    session = ProxySession.from_proxy_session_attributes(
        stack, "Elsewhere", voice_connector_id=CONNECTOR, proxy_session_id="1"
    )
    session.grant_read(reader)
    ProxySession.grant_read_all(stack, reader, voice_connector=CONNECTOR)
    token = "arn:aws:lambda:us-east-1:123456789012:function:provider"
    ride(
        stack,
        "Four",
        CONNECTOR,
        ProxySessionProvider.from_service_token(stack, "Other", token),
    )


def test_cfn_lint_finds_nothing(app: cdk.App) -> None:
    """cfn-lint reports only the dependency on the role, which CDK writes twice."""
    template = Path(app.synth().directory) / "Calls.template.json"

    matches = lint_template(template.read_text(encoding="utf-8"))

    assert {match.rule.id for match in matches} <= {"W3005"}
    assert json.loads(template.read_text(encoding="utf-8"))["Resources"]


def test_cdk_nag_finds_nothing(app: cdk.App) -> None:
    """AWS's own solutions checks find nothing; a finding would stop the synthesis."""
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))

    app.synth()


def test_cdk_nag_looks() -> None:
    """A finding does stop the synthesis."""
    app = cdk.App()
    statement = aws_iam.PolicyStatement(actions=["chime:*"], resources=["*"])
    aws_iam.User(cdk.Stack(app, "Calls"), "Everybody").add_to_policy(statement)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="wildcard permissions"):
        app.synth()


@pytest.mark.parametrize("options", MATRIX)
def test_only_the_network_policy_is_acknowledged(
    stack: cdk.Stack, options: Callable[[cdk.Stack], Options]
) -> None:
    """A provider in a network has one finding acknowledged, with its reason; no other has any."""
    chosen: Any = {"endpoint_url": ENDPOINT} | options(stack)
    provider = ProxySessionProvider(stack, "Provider", **chosen)

    acknowledged = [
        (construct.node.path, rule, reason)
        for construct in provider.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:acknowledged-rules"
        for rule, reason in dict(entry.data).items()
    ]

    if options not in (network, everything):
        assert acknowledged == []
        return
    ((path, rule, reason),) = acknowledged
    assert path == "Calls/Provider/NetworkPolicy"
    assert rule.endswith("AwsSolutions-IAM5[Resource::*]")
    assert "network interfaces" in reason


@pytest.mark.parametrize(
    ("pack", "prefix", "rule"),
    [
        (cdk_nag.HIPAASecurityChecks, "HIPAA.Security", "IAMNoInlinePolicy"),
        (cdk_nag.NIST80053R5Checks, "NIST.800.53.R5", "IAMNoInlinePolicy"),
        (cdk_nag.PCIDSS321Checks, "PCI.DSS.321", "IAMNoInlinePolicy"),
        (cdk_nag.ServerlessChecks, "Serverless", "LambdaTracing"),
    ],
)
def test_other_packs_want_one_acknowledgement(
    stack: cdk.Stack, pack: Callable[[cdk.App], Any], prefix: str, rule: str
) -> None:
    """With options for the rest, each of the other packs has one rule to acknowledge."""
    options = {**network(stack), **keys(stack), **dead_letters(stack), **tuned(stack)}
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=ENDPOINT, **options)
    ride(stack, "One", CONNECTOR, provider)
    acknowledgement = cdk.Acknowledgment(
        id=f"{prefix}::{prefix}-{rule}", reason="One inline policy for each connector."
    )
    cdk.Validations.of(provider).acknowledge(acknowledgement)
    app = cdk.App.of(stack)
    assert isinstance(app, cdk.App)
    cdk.Validations.of(app).add_plugins(pack(app))

    app.synth()
