import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from chime_proxy import SessionsFile
from chime_proxy._sessions_file.schema import sessions_schema

CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBERS = '["+14015550101", "+12065550100"]'
RIDE = (
    f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ParticipantPhoneNumbers: {NUMBERS}}}"
)
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:riders"
SESSION = "Custom::ChimeProxySession"
EVERYTHING = {
    "VoiceConnectorId": CONNECTOR,
    "ParticipantPhoneNumbers": ["+14015550101", "+12065550100"],
    "Capabilities": ["Voice", "SMS"],
    "ExpiryMinutes": 60,
    "Name": "ride 7",
    "NumberSelectionBehavior": "AvoidSticky",
    "GeoMatchLevel": "AreaCode",
    "GeoMatchParams": {"Country": "US", "AreaCode": "401"},
    "RevealParticipantPhoneNumbers": True,
}

Write = Callable[[str], Path]


@pytest.fixture
def sessions(write: Write) -> Callable[[str], dict[str, Any]]:
    """Synthesize the sessions of a file."""

    def sessions(text: str) -> dict[str, Any]:
        stack = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
        SessionsFile(stack, "Sessions", path=write(text))
        return resources(stack, SESSION)

    return sessions


def resources(stack: cdk.Stack, resource_type: str) -> dict[str, Any]:
    """The resources of one type in a stack."""
    return dict(Template.from_stack(stack).find_resources(resource_type))


def one_session(properties: str) -> str:
    """A file with one session, its first property on line 3."""
    return f"Sessions:\n  ride:\n    {properties}\n"


def test_properties_reach_the_resource(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Every property of an entry is a property of its resource, unchanged."""
    (resource,) = sessions(json.dumps({"Sessions": {"ride": EVERYTHING}})).values()

    own = {"ServiceToken", "ServiceTimeout"}
    assert {key: value for key, value in resource["Properties"].items() if key not in own} == (
        EVERYTHING
    )


def test_properties_are_all_there_are() -> None:
    """The test above covers every property of an entry."""
    assert sessions_schema()["definitions"]["Session"]["properties"].keys() == EVERYTHING.keys()


def test_defaults_complete_the_sessions(sessions: Callable[[str], dict[str, Any]]) -> None:
    """An entry takes the properties it leaves out from the defaults."""
    found = sessions(
        f"Defaults: {{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ExpiryMinutes: 30}}\n"
        "Sessions:\n"
        f"  one: {{ParticipantPhoneNumbers: {NUMBERS}}}\n"
        f"  two: {{ParticipantPhoneNumbers: {NUMBERS}, ExpiryMinutes: 60}}\n"
    )

    assert [one["Properties"]["ExpiryMinutes"] for one in found.values()] == [30, 60]
    assert {one["Properties"]["VoiceConnectorId"] for one in found.values()} == {CONNECTOR}


def test_no_sessions(sessions: Callable[[str], dict[str, Any]]) -> None:
    """A file may have no sessions: after the last one, the stack can stay."""
    assert sessions("Sessions: {}\n") == {}


def test_order_means_nothing(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Moving entries, and adding one before the others, leaves the others' resources alone."""
    before = sessions(f"Sessions:\n  one: {RIDE}\n  two: {RIDE}\n")
    after = sessions(f"Sessions:\n  new: {RIDE}\n  two: {RIDE}\n  one: {RIDE}\n")

    assert before.items() <= after.items()
    assert len(after) == 3


def test_another_key_is_another_session(sessions: Callable[[str], dict[str, Any]]) -> None:
    """A renamed entry is a new resource beside the removal of the old one."""
    before = sessions(f"Sessions:\n  one: {RIDE}\n")
    after = sessions(f"Sessions:\n  uno: {RIDE}\n")

    assert before.keys().isdisjoint(after)


def test_similar_keys(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Two keys with the same letters and digits are two sessions."""
    assert len(sessions(f"Sessions:\n  ride-1: {RIDE}\n  ride1: {RIDE}\n")) == 2


def test_sessions_by_key(stack: cdk.Stack, write: Write) -> None:
    """`sessions` has the constructs by key, for outputs and other resources."""
    file = SessionsFile(stack, "Sessions", path=write(f"Sessions:\n  one: {RIDE}\n"))

    number = stack.resolve(file.sessions["one"].proxy_phone_number)

    (logical_id,) = resources(stack, SESSION)
    assert number == {"Fn::GetAtt": [logical_id, "ProxyPhoneNumber"]}


def test_references_bring_their_permissions(stack: cdk.Stack, write: Write) -> None:
    """The template has the references to numbers, and the provider may read them."""
    secret = f"{{SecretArn: {ARN}-AbCdEf, JsonField: phone}}"
    text = one_session(
        f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [SMS], ParticipantPhoneNumbers: "
        f"[{secret}, {{ParameterName: /drivers/7}}]}}"
    )
    SessionsFile(stack, "Sessions", path=write(text))

    (session,) = resources(stack, SESSION).values()
    policies = resources(stack, "AWS::IAM::Policy")
    granted = {
        statement["Action"]: json.dumps(statement["Resource"])
        for policy in policies.values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if isinstance(statement["Action"], str)
    }
    assert session["Properties"]["ParticipantPhoneNumbers"] == [
        {"SecretArn": f"{ARN}-AbCdEf", "JsonField": "phone"},
        {"ParameterName": "/drivers/7"},
    ]
    assert granted.keys() == {"secretsmanager:GetSecretValue", "ssm:GetParameter"}
    assert f"{ARN}-AbCdEf" in granted["secretsmanager:GetSecretValue"]
    assert ":parameter/drivers/7" in granted["ssm:GetParameter"]
    own = {name for name in policies if "DefaultPolicy" not in name}
    assert len(own) == 3
    assert set(session["DependsOn"]) == own


def test_one_secret_for_many_numbers(stack: cdk.Stack, write: Write) -> None:
    """Fields of one secret need one permission; an incomplete ARN is completed in it."""
    fields = ", ".join(f"{{SecretArn: {ARN}, JsonField: {name}}}" for name in ("a", "b"))
    other = ", ".join(f"{{SecretArn: {ARN}, JsonField: {name}}}" for name in ("c", "d"))
    common = f"VoiceConnectorId: {CONNECTOR}, Capabilities: [SMS], ParticipantPhoneNumbers:"
    SessionsFile(
        stack,
        "Sessions",
        path=write(f"Sessions:\n  one: {{{common} [{fields}]}}\n  two: {{{common} [{other}]}}\n"),
    )

    policies = [json.dumps(one) for one in resources(stack, "AWS::IAM::Policy").values()]
    assert len([one for one in policies if "secretsmanager" in one]) == 1
    assert f'"{ARN}-??????"' in "".join(policies)


def test_missing_file_is_named_with_its_prop(stack: cdk.Stack, tmp_path: Path) -> None:
    """The error for a file that cannot be read names the construct, the prop and the file."""
    missing = tmp_path / "missing.yaml"
    with pytest.raises(FileNotFoundError, match=r"Calls/One: .* path: No such.*missing\.yaml"):
        SessionsFile(stack, "One", path=missing)
    with pytest.raises(IsADirectoryError, match=r"Calls/Two: .* path: Is a dir"):
        SessionsFile(stack, "Two", path=tmp_path)
