from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_lambda_destinations,
    aws_logs,
    aws_sqs,
)
from aws_cdk.assertions import Template

from chime_proxy import Capability, ProxySession, ProxySessionProvider

ENDPOINT = "https://calls.example.com"
ROLE_ARN = "arn:aws:iam::{account}:role/provider"


def provider(stack: cdk.Stack, **options: Any) -> ProxySessionProvider:
    """A provider with options, and nothing to be warned of."""
    return ProxySessionProvider(stack, "Provider", endpoint_url=ENDPOINT, **options)


def resource(stack: cdk.Stack, kind: str) -> dict[str, Any]:
    """The one resource of a type."""
    (found,) = Template.from_stack(stack).find_resources(kind).values()
    return dict(found)


def function(stack: cdk.Stack) -> dict[str, Any]:
    """The properties of the one function."""
    return dict(resource(stack, "AWS::Lambda::Function")["Properties"])


def permitted(stack: cdk.Stack) -> dict[str, Any]:
    """Resources by action, from the stack's policies."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements = [s for p in policies for s in p["Properties"]["PolicyDocument"]["Statement"]]
    return {
        action: statement["Resource"]
        for statement in statements
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }


def network(stack: cdk.Stack) -> aws_ec2.IVpc:
    """A network with a private subnet and an isolated one."""
    return aws_ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-12345678",
        availability_zones=["us-east-1a"],
        private_subnet_ids=["subnet-11111111"],
        isolated_subnet_ids=["subnet-22222222"],
    )


@pytest.mark.parametrize(
    ("option", "value", "rendered"),
    [
        ("memory_size", 512, {"MemorySize": 512}),
        ("timeout", cdk.Duration.seconds(50), {"Timeout": 50}),
        ("timeout", cdk.Duration.minutes(2), {"Timeout": 120}),
        ("architecture", aws_lambda.Architecture.X86_64, {"Architectures": ["x86_64"]}),
        ("reserved_concurrent_executions", 5, {"ReservedConcurrentExecutions": 5}),
    ],
)
def test_option_reaches_the_function(
    stack: cdk.Stack, option: str, value: Any, rendered: dict[str, Any]
) -> None:
    """An option with a name of Lambda's is passed to the function."""
    provider(stack, **{option: value})

    assert function(stack).items() >= rendered.items()


def test_none_is_the_default(stack: cdk.Stack) -> None:
    """None means the default, as everywhere in CDK."""
    provider(stack, memory_size=None, timeout=None, architecture=None, vpc=None)

    expected = {"MemorySize": 256, "Timeout": 60, "Architectures": ["arm64"]}
    assert function(stack).items() >= expected.items()


def test_options_are_those_of_lambda() -> None:
    """Apart from its three settings, a provider's options have the names of `aws_lambda.Function`'s."""
    asked = ProxySessionProvider.__init__.__annotations__["options"].__args__[0].__annotations__
    lambdas = aws_lambda.FunctionOptions.__init__.__annotations__

    assert set(asked) - set(lambdas) == {"endpoint_url", "refused_deletion", "service"}


@pytest.mark.parametrize("seconds", [0, 49, 121, 900])
def test_bad_timeout(stack: cdk.Stack, seconds: int) -> None:
    """A timeout too short to respond, or too long for a retry, is refused."""
    with pytest.raises(ValueError, match="timeout must be a Duration of 50 to 120 seconds"):
        provider(stack, timeout=cdk.Duration.seconds(seconds))


def test_nothing_reserved(stack: cdk.Stack) -> None:
    """A function without concurrency is refused: CloudFormation would wait in vain."""
    with pytest.raises(ValueError, match="reserved_concurrent_executions must be at least 1"):
        provider(stack, reserved_concurrent_executions=0)


def test_tokens_pass(stack: cdk.Stack) -> None:
    """Tokens in place of numbers pass."""
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    provider(stack, timeout=cdk.Duration.seconds(number), reserved_concurrent_executions=number)

    assert function(stack)["Timeout"] == {"Ref": "Number"}
    assert function(stack)["ReservedConcurrentExecutions"] == {"Ref": "Number"}


def test_unknown_option(stack: cdk.Stack) -> None:
    """An unknown option is refused, also one of Lambda's others."""
    with pytest.raises(TypeError, match="a ProxySessionProvider has no option layers, memory"):
        provider(stack, memory=512, layers=[])


def test_network_has_its_permissions_before_the_function(stack: cdk.Stack) -> None:
    """In a network, the role may make interfaces there before the function does."""
    group = aws_ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")
    isolated = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)
    provider(stack, vpc=network(stack), vpc_subnets=isolated, security_groups=[group])

    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    (network_policy,) = (name for name in policies if "Network" in name)

    assert function(stack)["VpcConfig"] == {
        "SubnetIds": ["subnet-22222222"],
        "SecurityGroupIds": ["sg-12345678"],
    }
    assert permitted(stack)["ec2:CreateNetworkInterface"] == "*"
    assert network_policy in resource(stack, "AWS::Lambda::Function")["DependsOn"]


def test_no_network(stack: cdk.Stack) -> None:
    """Without a network, the role may do nothing there."""
    provider(stack)

    assert not [action for action in permitted(stack) if action.startswith("ec2:")]


def test_environment_encryption(stack: cdk.Stack) -> None:
    """The settings are under the key, and the role may read them."""
    key = aws_kms.Key(stack, "Key")
    provider(stack, environment_encryption=key)

    arn = stack.resolve(key.key_arn)

    assert function(stack)["KmsKeyArn"] == arn
    assert permitted(stack)["kms:Decrypt"] == arn


def test_log_group(stack: cdk.Stack) -> None:
    """A given log group keeps its key, retention and removal policy; no other is made."""
    logs = aws_logs.LogGroup(
        stack,
        "Logs",
        encryption_key=aws_kms.Key(stack, "Key"),
        retention=aws_logs.RetentionDays.ONE_YEAR,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    provider(stack, log_group=logs)

    assert resource(stack, "AWS::Logs::LogGroup")["Properties"]["RetentionInDays"] == 365
    assert function(stack)["LoggingConfig"] == {"LogGroup": stack.resolve(logs.log_group_name)}
    assert permitted(stack)["logs:PutLogEvents"] == stack.resolve(logs.log_group_arn)


def test_dead_letter_queue(stack: cdk.Stack) -> None:
    """The role may send requests Lambda gave up on to the queue."""
    queue = aws_sqs.Queue(stack, "Queue")
    provider(stack, dead_letter_queue=queue)

    arn = stack.resolve(queue.queue_arn)

    assert function(stack)["DeadLetterConfig"] == {"TargetArn": arn}
    assert permitted(stack)["sqs:SendMessage"] == arn


def test_on_failure(stack: cdk.Stack) -> None:
    """A destination gets the requests Lambda gave up on."""
    queue = aws_sqs.Queue(stack, "Queue")
    provider(stack, on_failure=aws_lambda_destinations.SqsDestination(queue))

    config = resource(stack, "AWS::Lambda::EventInvokeConfig")["Properties"]

    arn = stack.resolve(queue.queue_arn)
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": arn}}
    assert permitted(stack)["sqs:SendMessage"] == arn


def ride(stack: cdk.Stack, **more: Any) -> ProxySession:
    """A session."""
    return ProxySession(
        stack,
        "Ride",
        voice_connector="abcdef1ghij2klmno3pqr4",
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
        **more,
    )


def test_given_role_gets_the_permissions(stack: cdk.Stack) -> None:
    """A given role is the function's, and every policy is attached to it."""
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    role = aws_iam.Role(stack, "Own", assumed_by=principal)
    ride(stack, provider=provider(stack, role=role, vpc=network(stack)))

    template = Template.from_stack(stack)

    template.resource_count_is("AWS::IAM::Role", 1)
    assert function(stack)["Role"] == stack.resolve(role.role_arn)
    for policy in template.find_resources("AWS::IAM::Policy").values():
        assert policy["Properties"]["Roles"] == [stack.resolve(role.role_name)]
    assert permitted(stack).keys() >= {
        "chime:CreateProxySession",
        "ec2:CreateNetworkInterface",
        "logs:PutLogEvents",
    }


def imported(stack: cdk.Stack) -> aws_iam.IRole:
    """An imported role of the stack's account."""
    return aws_iam.Role.from_role_arn(stack, "Own", ROLE_ARN.format(account="111111111111"))


def unchangeable(stack: cdk.Stack) -> aws_iam.IRole:
    """An imported role CDK may not change."""
    arn = ROLE_ARN.format(account="111111111111")
    return aws_iam.Role.from_role_arn(stack, "Own", arn, mutable=False)


def frozen(stack: cdk.Stack) -> aws_iam.IRole:
    """A role of the stack, without policy updates."""
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    return aws_iam.Role(stack, "Own", assumed_by=principal).without_policy_updates()


def foreign(stack: cdk.Stack) -> aws_iam.IRole:
    """A role of another account."""
    return aws_iam.Role.from_role_arn(stack, "Own", ROLE_ARN.format(account="222222222222"))


@pytest.fixture
def account_stack() -> cdk.Stack:
    """A stack that knows its account."""
    environment = cdk.Environment(account="111111111111", region="us-east-1")
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    return cdk.Stack(app, "Calls", env=environment)


def test_imported_role(account_stack: cdk.Stack) -> None:
    """Policies are attached to an imported role, and sessions depend on them."""
    ride(account_stack, provider=provider(account_stack, role=imported(account_stack)))

    policies = Template.from_stack(account_stack).find_resources("AWS::IAM::Policy")

    assert all(policy["Properties"]["Roles"] == ["provider"] for policy in policies.values())
    assert permitted(account_stack).keys() >= {"chime:CreateProxySession", "logs:PutLogEvents"}
    (needed,) = resource(account_stack, "Custom::ChimeProxySession")["DependsOn"]
    assert "VoiceConnector" in needed


@pytest.mark.parametrize("role", [unchangeable, frozen, foreign])
def test_role_that_is_left_alone(
    account_stack: cdk.Stack, role: Callable[[cdk.Stack], aws_iam.IRole]
) -> None:
    """A role CDK may not change gets no policies, and sessions depend on none."""
    options: dict[str, Any] = {"role": role(account_stack), "vpc": network(account_stack)}
    ride(account_stack, provider=provider(account_stack, **options))

    assert permitted(account_stack) == {}
    assert "DependsOn" not in resource(account_stack, "Custom::ChimeProxySession")


def test_tags_reach_every_resource(stack: cdk.Stack) -> None:
    """CDK's tags reach the function, the role and the log group."""
    cdk.Tags.of(provider(stack)).add("team", "rides")

    for kind in ("AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"):
        tags = resource(stack, kind)["Properties"]["Tags"]
        assert {"Key": "team", "Value": "rides"} in tags


def test_permissions_boundary(stack: cdk.Stack) -> None:
    """CDK's permissions boundary bounds the provider's role."""
    boundary = aws_iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", "boundary")
    aws_iam.PermissionsBoundary.of(provider(stack)).apply(boundary)

    rendered = resource(stack, "AWS::IAM::Role")["Properties"]["PermissionsBoundary"]

    assert rendered == stack.resolve(boundary.managed_policy_arn)


def test_sessions_do_not_feel_the_options() -> None:
    """No option of a provider changes what its sessions synthesize: it would update them all."""
    plain = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
    rich = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
    options: dict[str, Any] = {
        "timeout": cdk.Duration.minutes(2),
        "memory_size": 1024,
        "vpc": network(rich),
        "dead_letter_queue": aws_sqs.Queue(rich, "Queue"),
    }
    ride(plain, provider=provider(plain))
    ride(rich, provider=provider(rich, **options))

    session = "Custom::ChimeProxySession"
    assert resource(rich, session) == resource(plain, session)
