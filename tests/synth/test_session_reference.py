from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime, aws_iam
from aws_cdk.assertions import Template

from chime_proxy import Capability, IProxySession, ProxySession

CONNECTOR, SESSION = "abcdef1ghij2klmno3pqr4", "123a4bc5-67d8-901e-2f3a-b4abcd56789e"


@pytest.fixture
def reader(stack: cdk.Stack) -> aws_iam.User:
    """Somebody who looks at sessions."""
    return aws_iam.User(stack, "Reader")


def declared(stack: cdk.Stack, connector: Any = CONNECTOR) -> ProxySession:
    """A session of the app."""
    return ProxySession(
        stack,
        "Ride",
        voice_connector=connector,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
    )


def referred(stack: cdk.Stack) -> IProxySession:
    """A session that is declared elsewhere."""
    return ProxySession.from_proxy_session_attributes(
        stack, "Elsewhere", voice_connector_id=CONNECTOR, proxy_session_id=SESSION
    )


def granted(stack: cdk.Stack) -> dict[str, Any]:
    """The one statement for users."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (policy,) = (policy["Properties"] for policy in policies if "Users" in policy["Properties"])
    (statement,) = policy["PolicyDocument"]["Statement"]
    return dict(statement)


def last_part(statement: dict[str, Any]) -> Any:
    """What the ARN of a statement's resource ends with."""
    return statement["Resource"]["Fn::Join"][1][-1]


def test_reference(stack: cdk.Stack) -> None:
    """A session of elsewhere has the ids that it was given, and adds nothing to the template."""
    session = referred(stack)

    assert (session.voice_connector_id, session.proxy_session_id) == (CONNECTOR, SESSION)
    assert Template.from_stack(stack).to_json().get("Resources", {}) == {}


@pytest.mark.parametrize("session", [declared, referred])
def test_grant_read(stack: cdk.Stack, reader: aws_iam.User, session: Any) -> None:
    """Who may read a session may get sessions of its voice connector, and do nothing else."""
    any_session: IProxySession = session(stack)
    any_session.grant_read(reader)

    statement = granted(stack)

    assert statement["Action"] == "chime:GetProxySession"
    assert last_part(statement) == f":vc/{CONNECTOR}"


def test_grant_read_on_a_connector_of_the_app(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """The permission names the connector by itself, so does not wait for the session."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    declared(stack, connector).grant_read(reader)

    assert last_part(granted(stack)) == {"Fn::GetAtt": ["Connector", "VoiceConnectorId"]}


def test_grant_read_all(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """Who may read all sessions of a connector may list them too."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    ProxySession.grant_read_all(stack, reader, voice_connector=connector)

    statement = granted(stack)

    assert statement["Action"] == ["chime:GetProxySession", "chime:ListProxySessions"]
    assert last_part(statement) == {"Fn::GetAtt": ["Connector", "VoiceConnectorId"]}


ARN = f"arn:aws:chime:us-east-1:123456789012:vc/{CONNECTOR}"


def test_arn_of_a_connector(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """An ARN in place of an id is refused: the permission would permit nothing."""
    with pytest.raises(ValueError, match="must be the id of a voice connector, not its ARN"):
        ProxySession.from_proxy_session_attributes(
            stack, "Elsewhere", voice_connector_id=ARN, proxy_session_id=SESSION
        )
    with pytest.raises(ValueError, match="must be the id of a voice connector, not its ARN"):
        ProxySession.grant_read_all(stack, reader, voice_connector=ARN)


def test_tokens_pass(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """Ids that CloudFormation fills in pass."""
    text = cdk.CfnParameter(stack, "Text").value_as_string
    session = ProxySession.from_proxy_session_attributes(
        stack, "Elsewhere", voice_connector_id=text, proxy_session_id=text
    )
    session.grant_read(reader)

    assert last_part(granted(stack)) == {"Ref": "Text"}


def test_dependency(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """Other constructs depend on a session as on any construct."""
    session: IProxySession = declared(stack)
    reader.node.add_dependency(session)

    (user,) = Template.from_stack(stack).find_resources("AWS::IAM::User").values()

    assert len(user["DependsOn"]) == 1
