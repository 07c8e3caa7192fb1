import re
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda_destinations,
    aws_secretsmanager,
    aws_sns,
    aws_sqs,
    aws_ssm,
)
from aws_cdk.assertions import Template
from tests.folders import ROOT

from chime_proxy import (
    Capability,
    PhoneNumber,
    ProxySession,
    ProxySessionProvider,
    VoiceConnectorProxy,
)

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CONNECTOR = "abcdef1ghij2klmno3pqr4"


@pytest.fixture
def stack() -> cdk.Stack:
    """An empty stack whose assets are not bundled."""
    return cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")


@pytest.fixture
def provider(stack: cdk.Stack) -> ProxySessionProvider:
    """A provider with every option that needs a permission."""
    return ProxySessionProvider(
        stack,
        "Provider",
        endpoint_url="https://calls.example.com",
        vpc=aws_ec2.Vpc(stack, "Network"),
        environment_encryption=aws_kms.Key(stack, "SettingsKey"),
        dead_letter_queue=aws_sqs.Queue(stack, "Unserved"),
        on_failure=aws_lambda_destinations.SnsDestination(aws_sns.Topic(stack, "Failures")),
    )


@pytest.fixture
def session(stack: cdk.Stack, provider: ProxySessionProvider) -> ProxySession:
    """A session of a configured connector, whose participants are references under a key."""
    key = aws_kms.Key(stack, "NumbersKey")
    driver = aws_ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Driver", parameter_name="/drivers/7/phone", encryption_key=key
    )
    return ProxySession(
        stack,
        "Ride",
        voice_connector=VoiceConnectorProxy(
            stack,
            "Configuration",
            voice_connector=CONNECTOR,
            pool_countries=["US"],
            default_expiry=cdk.Duration.hours(1),
            provider=provider,
        ),
        participants=[
            PhoneNumber.from_secret(aws_secretsmanager.Secret(stack, "Rider", encryption_key=key)),
            PhoneNumber.from_secure_parameter(driver),
        ],
        capabilities=[Capability.VOICE],
        provider=provider,
    )


def statements(stack: cdk.Stack, role: str) -> Iterator[tuple[list[str], Any]]:
    """The actions and resource of each statement that a role has by its policies."""
    for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values():
        properties = policy["Properties"]
        if any(one["Ref"].startswith(role) for one in properties["Roles"]):
            for statement in properties["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                action = statement["Action"]
                yield [action] if isinstance(action, str) else action, statement["Resource"]


def rows(heading: str) -> dict[frozenset[str], str]:
    """The actions of each row of the table that begins so, and the row."""
    _, _, rest = PAGE.partition(f"\n| {heading} |")
    table = rest.partition("\n\n")[0].splitlines()[2:]
    return {frozenset(re.findall(r"`(\w+:\w+)`", row)): row for row in table}


@pytest.mark.usefixtures("session")
def test_provider_role_is_allowed_the_table(stack: cdk.Stack) -> None:
    """The provider's role is allowed what the table says, and nothing else."""
    allowed = [action for actions, _ in statements(stack, "ProviderRole") for action in actions]

    assert set(allowed) == frozenset().union(*rows("Action"))


@pytest.mark.usefixtures("session")
def test_one_row_is_on_everything(stack: cdk.Stack) -> None:
    """Only the row that says `*` is on everything."""
    (open_row,) = (actions for actions, row in rows("Action").items() if "| `*`" in row)

    (open_statement,) = (
        actions for actions, resource in statements(stack, "ProviderRole") if resource == "*"
    )

    assert set(open_statement) == open_row


@pytest.mark.usefixtures("session")
def test_only_lambda_assumes_the_role(stack: cdk.Stack) -> None:
    """Only Lambda assumes the role, no managed policy is attached, and nobody may call by resource."""
    template = Template.from_stack(stack)
    (role,) = (
        one["Properties"]
        for name, one in template.find_resources("AWS::IAM::Role").items()
        if name.startswith("ProviderRole")
    )

    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in role
    template.resource_count_is("AWS::Lambda::Permission", 0)
    template.resource_count_is("AWS::Lambda::Url", 0)


@pytest.mark.parametrize("method", ["grant_read", "grant_read_all"])
def test_readers_are_allowed_the_table(
    stack: cdk.Stack, session: ProxySession, method: str
) -> None:
    """An application that looks is allowed what the table says."""
    reader = aws_iam.Role(stack, "Reader", assumed_by=aws_iam.AccountRootPrincipal())
    if method == "grant_read":
        session.grant_read(reader)
    else:
        ProxySession.grant_read_all(stack, reader, voice_connector=CONNECTOR)

    ((actions, resource),) = statements(stack, "Reader")

    (row,) = (actions for actions, row in rows("Method").items() if f".{method}(" in row)
    assert set(actions) == row
    assert resource != "*"
