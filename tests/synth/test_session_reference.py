from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime, aws_iam
from aws_cdk.assertions import Template

from chime_proxy import Capability, IProxySession, ProxySession

CONNECTOR, SESSION = "abcdef1ghij2klmno3pqr4", "123a4bc5-67d8-901e-2f3a-b4abcd56789e"


@pytest.fixture
def reader(stack: cdk.Stack) -> aws_iam.User:
    """A principal to grant permissions to."""
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
    """A session declared elsewhere."""
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
    """The end of the ARN of a statement's resource."""
    return statement["Resource"]["Fn::Join"][1][-1]


def test_reference_adds_nothing_to_the_template(stack: cdk.Stack) -> None:
    """A reference has the given ids, and adds nothing to the template."""
    session = referred(stack)

    assert (session.voice_connector_id, session.proxy_session_id) == (CONNECTOR, SESSION)
    assert Template.from_stack(stack).to_json().get("Resources", {}) == {}


@pytest.mark.parametrize("session", [declared, referred])
def test_grant_read(stack: cdk.Stack, reader: aws_iam.User, session: Any) -> None:
    """The permission is for GetProxySession on the session's connector alone."""
    any_session: IProxySession = session(stack)
    any_session.grant_read(reader)

    statement = granted(stack)

    assert statement["Action"] == "chime:GetProxySession"
    assert last_part(statement) == f":vc/{CONNECTOR}"


def test_grant_read_on_a_connector_of_the_app(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """The permission refers to the connector, so it does not wait for the session."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    declared(stack, connector).grant_read(reader)

    assert last_part(granted(stack)) == {"Fn::GetAtt": ["Connector", "VoiceConnectorId"]}


def test_grant_read_all(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """The permission to read all sessions of a connector includes their list."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    ProxySession.grant_read_all(stack, reader, voice_connector=connector)

    statement = granted(stack)

    assert statement["Action"] == ["chime:GetProxySession", "chime:ListProxySessions"]
    assert last_part(statement) == {"Fn::GetAtt": ["Connector", "VoiceConnectorId"]}


ARN = f"arn:aws:chime:us-east-1:123456789012:vc/{CONNECTOR}"


def test_arn_of_a_connector(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """An ARN in place of an id is refused: the policy would match nothing."""
    with pytest.raises(ValueError, match="must be the id of a voice connector, not its ARN"):
        ProxySession.from_proxy_session_attributes(
            stack, "Elsewhere", voice_connector_id=ARN, proxy_session_id=SESSION
        )
    with pytest.raises(ValueError, match="must be the id of a voice connector, not its ARN"):
        ProxySession.grant_read_all(stack, reader, voice_connector=ARN)


def test_tokens_pass(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """Tokens pass as ids."""
    text = cdk.CfnParameter(stack, "Text").value_as_string
    session = ProxySession.from_proxy_session_attributes(
        stack, "Elsewhere", voice_connector_id=text, proxy_session_id=text
    )
    session.grant_read(reader)

    assert last_part(granted(stack)) == {"Ref": "Text"}


def test_constructs_depend_on_a_session(stack: cdk.Stack, reader: aws_iam.User) -> None:
    """Other constructs depend on a session as on any construct."""
    session: IProxySession = declared(stack)
    reader.node.add_dependency(session)

    (user,) = Template.from_stack(stack).find_resources("AWS::IAM::User").values()

    assert len(user["DependsOn"]) == 1


@pytest.mark.parametrize("connector", ["", None, 5, {CONNECTOR}])
def test_bad_connector_has_an_error_of_ours(stack: cdk.Stack, connector: Any) -> None:
    """An empty id and values of other types are refused like any other bad id."""
    with pytest.raises(ValueError, match="voice connector must be the id"):
        ProxySession.from_proxy_session_attributes(
            stack, "Elsewhere", voice_connector_id=connector, proxy_session_id=SESSION
        )
    with pytest.raises(ValueError, match="voice connector must be the id"):
        ProxySession.grant_read_all(stack, aws_iam.AnyPrincipal(), voice_connector=connector)


@pytest.mark.parametrize("session", ["", None, 5])
def test_bad_session_id_is_refused(stack: cdk.Stack, session: Any) -> None:
    """A session is referred to by its id."""
    with pytest.raises(ValueError, match="proxy_session_id must be the id of a proxy session"):
        ProxySession.from_proxy_session_attributes(
            stack, "Elsewhere", voice_connector_id=CONNECTOR, proxy_session_id=session
        )


def test_deferred_connector_ids_pass(stack: cdk.Stack) -> None:
    """The dummy of a lookup and the dynamic reference of a parameter pass as ids."""
    for number, connector in enumerate(("dummy-value-for-/id", "{{resolve:ssm:/id}}")):
        ProxySession.from_proxy_session_attributes(
            stack, f"Other{number}", voice_connector_id=connector, proxy_session_id=SESSION
        )
