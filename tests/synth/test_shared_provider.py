from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2, aws_iam, aws_lambda, aws_secretsmanager, aws_ssm
from aws_cdk.assertions import Template

from chime_proxy import (
    Capability,
    PhoneNumber,
    ProxySession,
    ProxySessionProvider,
    RefusedDeletion,
)

ENDPOINT = "https://calls.example.com"
TOKEN = "arn:aws:lambda:us-east-1:111111111111:function:provider"
ROLE = "arn:aws:iam::111111111111:role/provider"


def ride(stack: cdk.Stack, construct_id: str = "Ride", **more: Any) -> ProxySession:
    """A session."""
    needed: dict[str, Any] = {
        "voice_connector": "abcdef1ghij2klmno3pqr4",
        "participants": ["+14015550101", "+12065550100"],
        "capabilities": [Capability.VOICE],
    }
    return ProxySession(stack, construct_id, **{**needed, **more})


def vpc(stack: cdk.Stack, construct_id: str) -> aws_ec2.IVpc:
    """A network."""
    return aws_ec2.Vpc.from_vpc_attributes(
        stack,
        construct_id,
        vpc_id="vpc-12345678",
        availability_zones=["us-east-1a"],
        private_subnet_ids=["subnet-12345678"],
    )


def test_shared_options(stack: cdk.Stack) -> None:
    """Equal options, or none, return the existing shared provider."""
    options: dict[str, Any] = {"endpoint_url": ENDPOINT, "memory_size": 512}
    asked = ProxySessionProvider.of(stack, **options)
    ride(stack)

    same = ProxySessionProvider.of(
        stack,
        **options,
        timeout=cdk.Duration.seconds(60),
        architecture=aws_lambda.Architecture.ARM_64,
        refused_deletion=RefusedDeletion.FAIL,
        vpc=None,
    )

    assert same is asked
    Template.from_stack(stack).has_resource_properties("AWS::Lambda::Function", {"MemorySize": 512})


@pytest.mark.parametrize(
    ("standing", "asked", "said"),
    [
        ({"memory_size": 512}, {"memory_size": 1024}, "memory_size is 512, requested 1024"),
        ({}, {"memory_size": 512}, "memory_size is 256, requested 512"),
        (
            {},
            {"timeout": cdk.Duration.seconds(90)},
            "timeout is 1 minute, requested 1 minute 30 seconds",
        ),
        (
            {},
            {"architecture": aws_lambda.Architecture.X86_64},
            "architecture is arm64, requested x86_64",
        ),
        ({}, {"endpoint_url": ENDPOINT}, f"endpoint_url is not set, requested {ENDPOINT}"),
        (
            {"refused_deletion": "abandon"},
            {"refused_deletion": "fail"},
            "refused_deletion is abandon, requested fail",
        ),
    ],
)
def test_conflict_names_both_values(
    stack: cdk.Stack, standing: dict[str, Any], asked: dict[str, Any], said: str
) -> None:
    """An error names the existing value and the requested one."""
    ProxySessionProvider.of(stack, **standing)

    with pytest.raises(ValueError, match=r"already has a shared provider \(Calls/Proxy") as told:
        ProxySessionProvider.of(stack, **asked)

    assert said in str(told.value)


def test_conflict_of_constructs(stack: cdk.Stack) -> None:
    """Constructs are equal if identical, also in a list; the error has their paths."""
    one, two = vpc(stack, "One"), vpc(stack, "Two")
    groups = [
        aws_ec2.SecurityGroup.from_security_group_id(stack, name, "sg-12345678")
        for name in ("GroupOne", "GroupTwo")
    ]
    ProxySessionProvider.of(stack, vpc=one, security_groups=groups[:1])
    ProxySessionProvider.of(stack, vpc=one, security_groups=groups[:1])

    with pytest.raises(ValueError, match="vpc is Calls/One, requested Calls/Two"):
        ProxySessionProvider.of(stack, vpc=two)
    with pytest.raises(ValueError, match=r"is \[Calls/GroupOne\], requested \[Calls/GroupTwo\]"):
        ProxySessionProvider.of(stack, security_groups=groups[1:])


def test_all_conflicts_at_once(stack: cdk.Stack) -> None:
    """One error names all differences."""
    ProxySessionProvider.of(stack)

    with pytest.raises(ValueError, match=r"memory_size is 256, requested 512; timeout is"):
        ProxySessionProvider.of(stack, timeout=cdk.Duration.minutes(2), memory_size=512)


def test_asked_too_late(stack: cdk.Stack) -> None:
    """Options requested after a session made the provider are refused, not ignored."""
    ride(stack)

    with pytest.raises(ValueError, match="memory_size is 256, requested 512"):
        ride(stack, "Two", provider=ProxySessionProvider.of(stack, memory_size=512))


def test_unknown_option_is_refused(stack: cdk.Stack) -> None:
    """An unknown option is refused for an existing provider too."""
    ProxySessionProvider.of(stack)
    unknown: dict[str, Any] = {"memory": 512}

    with pytest.raises(TypeError, match="a ProxySessionProvider has no option memory"):
        ProxySessionProvider.of(stack, **unknown)


@pytest.fixture
def away() -> cdk.Stack:
    """A stack of the provider's account, without the provider."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    environment = cdk.Environment(account="111111111111", region="us-east-1")
    return cdk.Stack(app, "Away", env=environment)


def test_service_token(away: cdk.Stack) -> None:
    """Without a role, sessions bring no permission along."""
    provider = ProxySessionProvider.from_service_token(away, "Provider", TOKEN)
    secret = aws_secretsmanager.Secret.from_secret_name_v2(away, "Rider", "rider")
    ride(away, provider=provider, participants=[PhoneNumber.from_secret(secret), "+12065550100"])

    resources = Template.from_stack(away).to_json()["Resources"]

    (session,) = resources.values()
    assert session["Properties"]["ServiceToken"] == TOKEN
    assert "DependsOn" not in session


def test_service_token_with_a_role(away: cdk.Stack) -> None:
    """With the role of its function, sessions bring their permission along and wait for it."""
    role = aws_iam.Role.from_role_arn(away, "Role", ROLE)
    provider = ProxySessionProvider.from_service_token(away, "Provider", TOKEN, role)
    ride(away, provider=provider)
    ride(away, "Two", provider=provider)

    template = Template.from_stack(away)
    ((policy, made),) = template.find_resources("AWS::IAM::Policy").items()
    sessions = template.find_resources("Custom::ChimeProxySession").values()

    assert made["Properties"]["Roles"] == ["provider"]
    assert [session["DependsOn"] for session in sessions] == [[policy], [policy]]


def test_policies_of_two_stacks() -> None:
    """Equal stacks sharing a role have policies of different names."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    stacks = [cdk.Stack(app, name) for name in ("Monday", "Tuesday")]
    shared = ProxySessionProvider(cdk.Stack(app, "Shared"), "Provider", endpoint_url=ENDPOINT)
    for stack in stacks:
        role = aws_iam.Role.from_role_arn(stack, "Role", ROLE)
        imported = ProxySessionProvider.from_service_token(stack, "Provider", TOKEN, role)
        own = ProxySessionProvider(
            stack, "Own", endpoint_url=ENDPOINT, role=role, vpc=vpc(stack, "Vpc")
        )
        for provider in (shared, imported, own):
            ride(stack, f"Ride of {provider.node.path}", provider=provider)

    found = [Template.from_stack(one).find_resources("AWS::IAM::Policy") for one in stacks]
    names = [
        policy["Properties"]["PolicyName"] for policies in found for policy in policies.values()
    ]

    unique = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    made = [name["Fn::Join"][1] for name in names if not isinstance(name, str)]
    assert [name for name in names if isinstance(name, str)] == []
    assert [end for _, end in made] == [unique] * 10
    assert len({start for start, _ in made[:5]}) == 5
    assert all(len(start) + 36 <= 128 for start, _ in made)


def test_second_app_is_like_the_first() -> None:
    """Apps of one process share nothing: each has its own providers and permissions."""
    templates = []
    for _ in range(2):
        app = cdk.App(context={"aws:cdk:bundling-stacks": []})
        shared = ProxySessionProvider(cdk.Stack(app, "Shared"), "Provider", endpoint_url=ENDPOINT)
        away = cdk.Stack(app, "Away")
        nested = cdk.NestedStack(away, "Nested")
        for stack in (away, nested):
            ride(stack, "OfShared", provider=shared)
            ride(stack, "OfOwn")
        templates.append([Template.from_stack(stack).to_json() for stack in (away, nested)])

    first, second = templates
    assert first == second
    assert [len(policies_of(template)) for template in first] == [3, 3]


def policies_of(template: Mapping[str, Any]) -> list[str]:
    """The logical ids of the policies."""
    resources = template["Resources"].items()
    return [name for name, one in resources if one["Type"] == "AWS::IAM::Policy"]


def test_service_token_of_another_account(away: cdk.Stack) -> None:
    """The role of another account is left to its owner."""
    role = aws_iam.Role.from_role_arn(away, "Role", ROLE.replace("1" * 12, "2" * 12))
    token = TOKEN.replace("1" * 12, "2" * 12)
    ride(away, provider=ProxySessionProvider.from_service_token(away, "Provider", token, role))

    Template.from_stack(away).resource_count_is("AWS::IAM::Policy", 0)


def test_service_token_of_an_export(stack: cdk.Stack) -> None:
    """An imported value passes as the service token."""
    token = cdk.Fn.import_value("ChimeProxyServiceToken")
    ride(stack, provider=ProxySessionProvider.from_service_token(stack, "Provider", token))

    Template.from_stack(stack).has_resource_properties(
        "Custom::ChimeProxySession",
        {"ServiceToken": {"Fn::ImportValue": "ChimeProxyServiceToken"}},
    )


def test_invoked_from_another_account(stack: cdk.Stack) -> None:
    """The owner of a provider lets another account deploy sessions with it."""
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=ENDPOINT)
    provider.function.grant_invoke(aws_iam.AccountPrincipal("222222222222"))

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Permission",
        {"Action": "lambda:InvokeFunction", "Principal": "222222222222"},
    )


@pytest.mark.parametrize(
    "token",
    ["", "provider", "arn:aws:sns:us-east-1:111111111111:topic", TOKEN.replace(":provider", ":")],
)
def test_service_token_of_no_function_is_refused(away: cdk.Stack, token: str) -> None:
    """A service token other than a function's ARN is refused at synthesis."""
    with pytest.raises(ValueError, match="service_token must be the ARN of a Lambda function"):
        ProxySessionProvider.from_service_token(away, "Provider", token)


def test_looked_up_service_token_passes(away: cdk.Stack) -> None:
    """CDK's dummy in place of a service token passes at first synthesis."""
    token = aws_ssm.StringParameter.value_from_lookup(away, "/chime-proxy/service-token")
    ride(away, provider=ProxySessionProvider.from_service_token(away, "Provider", token))

    Template.from_stack(away).resource_count_is("Custom::ChimeProxySession", 1)


def test_policy_for_an_empty_connector_id_is_refused(stack: cdk.Stack) -> None:
    """An empty connector id, as of an unset variable, gets no policy."""
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=ENDPOINT)

    with pytest.raises(ValueError, match="voice_connector_id must not be empty"):
        provider.permission_for(stack, "")
