import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime, aws_iam, aws_ssm
from aws_cdk.assertions import Annotations, Match, Template

from chime_proxy import Capability, ProxySession, ProxySessionProvider, RefusedDeletion
from chime_proxy_provider.proxy_session import api as sessions

ONE, TWO = "abcdef1ghij2klmno3pqr4", "zbcdef1ghij2klmno3pqr4"


def ride(stack: cdk.Stack, construct_id: str, connector: Any, **more: Any) -> ProxySession:
    """A session on a connector."""
    return ProxySession(
        stack,
        construct_id,
        voice_connector=connector,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
        **more,
    )


def permissions(stack: cdk.Stack) -> dict[str, Any]:
    """Policies for voice connectors, by logical id."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    return {name: p["Properties"] for name, p in policies.items() if "chime:" in json.dumps(p)}


def statement(policy: dict[str, Any]) -> dict[str, Any]:
    """The one statement of a policy."""
    (found,) = policy["PolicyDocument"]["Statement"]
    return dict(found)


def connectors(stack: cdk.Stack) -> list[Any]:
    """The ends of the policies' ARNs."""
    return [statement(p)["Resource"]["Fn::Join"][1][-1] for p in permissions(stack).values()]


def test_actions_are_those_the_code_calls(stack: cdk.Stack) -> None:
    """The role allows the calls found in the API module's source, and no others."""
    ride(stack, "Ride", ONE)
    source = Path(sessions.__file__).read_text(encoding="utf-8")
    verbs = ("create", "delete", "get", "list", "update", "put")
    called = {
        f"chime:{verb.capitalize()}ProxySession{plural}"
        for verb in verbs
        for plural in ("", "s")
        if f"client().{verb}_proxy_session{plural}," in source
    }

    (policy,) = permissions(stack).values()

    assert set(statement(policy)["Action"]) == called
    assert len(called) == 5


def test_sessions_of_one_connector_share_a_policy(stack: cdk.Stack) -> None:
    """Sessions of one connector share one policy, on exactly that connector."""
    ride(stack, "One", ONE)
    ride(stack, "Two", ONE)

    (policy,) = permissions(stack).values()

    assert statement(policy)["Resource"] == {
        "Fn::Join": [
            "",
            [
                "arn:",
                {"Ref": "AWS::Partition"},
                ":chime:",
                {"Ref": "AWS::Region"},
                ":",
                {"Ref": "AWS::AccountId"},
                f":vc/{ONE}",
            ],
        ]
    }


def test_connectors_come_and_go_by_themselves(stack: cdk.Stack) -> None:
    """Each connector has a policy of its own, so that one goes without touching another."""
    ride(stack, "One", ONE)
    before = permissions(stack)

    other = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
    ride(other, "One", ONE)
    ride(other, "Two", TWO)
    after = permissions(other)

    assert connectors(other) == [f":vc/{ONE}", f":vc/{TWO}"]
    assert before.items() <= after.items()


def test_connector_of_the_app(stack: cdk.Stack) -> None:
    """The policy of a connector of the same app has its id as a reference."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    ride(stack, "One", connector)
    ride(stack, "Two", connector)

    (policy,) = permissions(stack).values()
    parts = statement(policy)["Resource"]["Fn::Join"][1]

    assert parts[-2:] == [":vc/", {"Fn::GetAtt": ["Connector", "VoiceConnectorId"]}]


def test_provider_of_another_stack() -> None:
    """A provider serves sessions of other stacks; each stack brings its permission along."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    home, away = cdk.Stack(app, "Home"), cdk.Stack(app, "Away")
    provider = ProxySessionProvider(home, "Provider", endpoint_url="https://calls.example.com")
    ride(away, "Ride", ONE, provider=provider)

    Template.from_stack(away).resource_count_is("AWS::Lambda::Function", 0)
    assert connectors(away) == [f":vc/{ONE}"]
    assert permissions(home) == {}


def test_function_is_small_and_ends_before_cloudformation_stops_waiting(stack: cdk.Stack) -> None:
    """The function is small, on arm64, and ends well before CloudFormation stops waiting."""
    ride(stack, "Ride", ONE)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Architectures": ["arm64"],
            "Handler": "chime_proxy_provider.handler.handler",
            "Timeout": 60,
            "Environment": {"Variables": {"REFUSED_DELETION": "fail"}},
        },
    )


def test_log_group(stack: cdk.Stack) -> None:
    """The function may write to its log group, which has a retention and is deleted with it."""
    ProxySessionProvider(stack, "Provider")
    template = Template.from_stack(stack)

    ((log_group, resource),) = template.find_resources("AWS::Logs::LogGroup").items()

    assert resource["Properties"]["RetentionInDays"] == 90
    assert resource["DeletionPolicy"] == "Delete"
    template.has_resource_properties(
        "AWS::Lambda::Function", {"LoggingConfig": {"LogGroup": {"Ref": log_group}}}
    )
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": {"Fn::GetAtt": [log_group, "Arn"]},
                    }
                ]
            }
        },
    )
    template.resource_properties_count_is(
        "AWS::IAM::Role", {"ManagedPolicyArns": Match.any_value()}, 0
    )


@pytest.mark.parametrize(
    "endpoint_url",
    [
        None,
        "https://voice-chime.us-east-1.amazonaws.com",
        "https://voice-chime.us-east-1.amazonaws.com.",
        "https://voice-chime.us-east-1.api.aws/",
    ],
)
def test_end_of_support_is_warned_of(stack: cdk.Stack, endpoint_url: str | None) -> None:
    """Synthesis warns of a provider on AWS's own endpoint."""
    ProxySessionProvider(stack, "Provider", endpoint_url=endpoint_url)

    Annotations.from_stack(stack).has_warning(
        "/Calls/Provider", Match.string_like_regexp("ended support .* 2026-04-07")
    )


def test_end_of_support_acknowledged(stack: cdk.Stack) -> None:
    """The warning can be acknowledged by its id."""
    provider = ProxySessionProvider(stack, "Provider")
    cdk.Annotations.of(provider).acknowledge_warning("cdk-chime-proxy:endOfSupport")

    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_own_endpoint(stack: cdk.Stack) -> None:
    """The settings reach the function, the endpoint by the SDK's own name, without a warning."""
    ProxySessionProvider(
        stack,
        "Provider",
        endpoint_url="https://calls.example.com",
        refused_deletion=RefusedDeletion.ABANDON,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Environment": {
                "Variables": {
                    "AWS_ENDPOINT_URL_CHIME_SDK_VOICE": "https://calls.example.com",
                    "REFUSED_DELETION": "abandon",
                }
            }
        },
    )
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_endpoint_of_the_app(stack: cdk.Stack) -> None:
    """An endpoint with a token, whole or in part, passes without a warning."""
    api_id = cdk.CfnParameter(stack, "ApiId").value_as_string
    url = f"https://{api_id}.execute-api.{stack.region}.amazonaws.com"
    ProxySessionProvider(stack, "Provider", endpoint_url=url)

    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_endpoint_behind_an_aws_domain(stack: cdk.Stack) -> None:
    """An API Gateway address is not taken for the API's own endpoint."""
    url = "https://abc123.execute-api.us-east-1.amazonaws.com"
    ProxySessionProvider(stack, "Provider", endpoint_url=url)

    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


@pytest.mark.parametrize(
    "endpoint_url",
    ["calls.example.com", "http://", "https:calls.example.com", "http://a b", "http://a/?x=1"],
)
def test_bad_endpoint_is_refused(stack: cdk.Stack, endpoint_url: str) -> None:
    """An endpoint other than a web address is refused."""
    with pytest.raises(ValueError, match="endpoint_url must be an http or https address"):
        ProxySessionProvider(stack, "Provider", endpoint_url=endpoint_url)


@pytest.mark.parametrize("refused_deletion", ["Abandon", None, True])
def test_bad_refused_deletion_is_refused(stack: cdk.Stack, refused_deletion: Any) -> None:
    """A value unknown to the handler is refused at synthesis: it would fail every event."""
    with pytest.raises(ValueError, match="refused_deletion must be one of fail, abandon"):
        ProxySessionProvider(stack, "Provider", refused_deletion=refused_deletion)


def test_connectors_of_two_stacks() -> None:
    """Connectors of the same name in different stacks have a policy each."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    calls = cdk.Stack(app, "Calls")
    for name in ("A", "B"):
        connector = aws_chime.CfnVoiceConnector(
            cdk.Stack(app, name), "Connector", name="main", require_encryption=True
        )
        ride(calls, f"Ride{name}", connector)

    assert len(permissions(calls)) == 2


def test_looked_up_endpoint_is_checked() -> None:
    """CDK's dummy passes at first synthesis; the value it looks up is checked."""

    def synthesize(context: dict[str, str]) -> None:
        app = cdk.App(context={"aws:cdk:bundling-stacks": [], **context})
        environment = cdk.Environment(account="111111111111", region="us-east-1")
        stack = cdk.Stack(app, "Calls", env=environment)
        url = aws_ssm.StringParameter.value_from_lookup(stack, "/calls/endpoint")
        ProxySessionProvider(stack, "Provider", endpoint_url=url)
        Annotations.from_stack(stack).has_no_warning("*", Match.any_value())

    key = "ssm:account=111111111111:parameterName=/calls/endpoint:region=us-east-1"

    synthesize({})
    synthesize({key: "https://calls.example.com"})
    with pytest.raises(ValueError, match="endpoint_url must be an http or https address"):
        synthesize({key: "calls.example.com"})


@pytest.mark.parametrize("connectors", [10, 60])
def test_policies_over_iams_limit_are_warned_of(stack: cdk.Stack, connectors: int) -> None:
    """More policies than fit in a role are warned of, with their size and two ways out."""
    provider = ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    other = cdk.Stack(cdk.App.of(stack), "Other")
    for number in range(connectors):
        home = (stack, other)[number % 2]
        ride(home, f"Ride{number}", f"abcdef1ghij2klmno3pq{number:02}", provider=provider)

    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())

    if connectors == 10:
        assert found == []
        return
    (warning,) = found
    text = str(warning.entry.data)
    size = int(text.split(" characters", maxsplit=1)[0].rsplit(maxsplit=1)[-1].replace(",", ""))
    assert warning.id == "/Calls/Provider"
    assert 60 * 250 < size < 60 * 400
    assert {"10,240", "second provider", "role", "cdk-chime-proxy:inlinePolicySize"} == {
        part
        for part in ("10,240", "second provider", "role", "cdk-chime-proxy:inlinePolicySize")
        if part in text
    }


def test_policies_of_a_role_left_alone_are_not_warned_of(stack: cdk.Stack) -> None:
    """Policies in no template have no size."""
    role = aws_iam.Role.from_role_arn(
        stack, "Own", "arn:aws:iam::111111111111:role/provider", mutable=False
    )
    url = "https://calls.example.com"
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=url, role=role)
    for number in range(60):
        ride(stack, f"Ride{number}", f"abcdef1ghij2klmno3pq{number:02}", provider=provider)

    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


@pytest.mark.parametrize("flag", [None, "weak"])
def test_provider_of_another_stack_is_exported(flag: str | None) -> None:
    """With CDK's weak references too, the provider's stack outlives the stacks of its sessions."""
    weak = {"@aws-cdk/core:defaultCrossStackReferences": flag} if flag else {}
    app = cdk.App(context={"aws:cdk:bundling-stacks": [], **weak})
    home, away = cdk.Stack(app, "Home"), cdk.Stack(app, "Away")
    provider = ProxySessionProvider(home, "Provider", endpoint_url="https://calls.example.com")
    ride(away, "Ride", ONE, provider=provider)

    text = json.dumps(Template.from_stack(away).to_json())

    assert "Fn::GetStackOutput" not in text
    assert text.count("Fn::ImportValue") == 2
