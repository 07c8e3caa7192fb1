import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chime_proxy._drift.command import find_drifts
from chime_proxy._drift.comparison import DriftStatus, SessionDrift
from chime_proxy._drift.deployed_stack import StackNotReadError
from chime_proxy._drift.report import as_json, exit_code, table

CONNECTOR = "abcdef1ghij2klmno3pqr4"
SESSION = "c6b002df-b5b2-4cbd-975f-4181297a0872"
ENDPOINT = "https://calls.example.com"
DECLARED = {
    "ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]},
    "ServiceTimeout": "180",
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
ACTUAL = {
    "VoiceConnectorId": CONNECTOR,
    "ProxySessionId": SESSION,
    "Name": "ride 7",
    "Status": "Open",
    "ExpiryMinutes": 60,
    "Capabilities": ["SMS", "Voice"],
    "Participants": [
        {"PhoneNumber": "+12065550100", "ProxyPhoneNumber": "+12065550199"},
        {"PhoneNumber": "+14015550101", "ProxyPhoneNumber": "+12065550199"},
    ],
    "NumberSelectionBehavior": "AvoidSticky",
    "GeoMatchLevel": "AreaCode",
    "GeoMatchParams": {"Country": "US", "AreaCode": "401"},
}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Environment": {"Variables": {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT}}},
}
PLAIN = f"""
Parameters:
  Minutes: {{Type: Number, Default: 60}}
Resources:
  Provider:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          AWS_ENDPOINT_URL_CHIME_SDK_VOICE: {ENDPOINT}
  Ride:
    Type: Custom::ChimeProxySession
    Properties:
      ServiceToken: !GetAtt Provider.Arn
      VoiceConnectorId: !Select [1, !Split ["vc/", !Ref Connector]]
      ParticipantPhoneNumbers: ["+14015550101", "+12065550100"]
      Capabilities: [Voice, SMS]
      ExpiryMinutes: !Ref Minutes
      Name: !Sub
        - "ride ${{Number}}"
        - Number: 8
"""

Look = Callable[..., SessionDrift]


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members without those that are None."""
    return {name: value for name, value in members.items() if value is not None}


def template(properties: Mapping[str, Any]) -> str:
    """A template with one session and its provider."""
    session = {"Type": "Custom::ChimeProxySession", "Properties": properties}
    return json.dumps({"Resources": {"Provider": FUNCTION, "Ride": session}})


def summary(logical_id: str, **members: str) -> dict[str, Any]:
    """A resource as ListStackResources shows it."""
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": f"{CONNECTOR}/{SESSION}",
        "ResourceType": "Custom::ChimeProxySession",
        "ResourceStatus": "CREATE_COMPLETE",
        "LastUpdatedTimestamp": datetime(2026, 11, 22, tzinfo=UTC),
        **members,
    }


class Aws:
    """CloudFormation with one stack, and the API with one answer."""

    def __init__(self) -> None:
        self.cloudformation = boto3.client("cloudformation")
        self.proxy_sessions = boto3.client("chime-sdk-voice")
        self.stack = Stubber(self.cloudformation)
        self.api = Stubber(self.proxy_sessions)
        self.asked: list[str] = []

    def deploy(self, body: str, *pages: list[dict[str, Any]]) -> None:
        """Have a stack with a template and pages of resources."""
        self.stack.add_response("get_template", {"TemplateBody": body})
        tokens = [f"page {number}" for number in range(1, len(pages))]
        for page, token in zip(pages, [*tokens, None], strict=True):
            answer = {"StackResourceSummaries": page, **({"NextToken": token} if token else {})}
            self.stack.add_response("list_stack_resources", answer)

    def find(self, override: str | None = None) -> list[SessionDrift]:
        """Look at the stack."""
        with self.stack, self.api:
            found = find_drifts(["Rides"], self.cloudformation, self.client_at, override)
            self.stack.assert_no_pending_responses()
            self.api.assert_no_pending_responses()
        return found["Rides"]

    def client_at(self, endpoint_url: str) -> Any:
        """Note which endpoint was asked."""
        self.asked.append(endpoint_url)
        return self.proxy_sessions


def client_at(endpoint_url: str) -> Any:
    """A client of an endpoint, as the command makes it."""
    return boto3.client("chime-sdk-voice", endpoint_url=endpoint_url)


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m chime_proxy` in a Python that cannot import CDK."""
    hidden = (
        "import sys, runpy; sys.modules.update(dict.fromkeys(('aws_cdk', 'constructs', 'jsii')))"
    )
    run_module = "runpy.run_module('chime_proxy', run_name='__main__', alter_sys=True)"
    return subprocess.run(
        [sys.executable, "-c", f"{hidden}; {run_module}", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def aws() -> Aws:
    """AWS without a stack."""
    return Aws()


@pytest.fixture
def look(aws: Aws) -> Look:
    """Compare one declared session with what the API has."""

    def look(declared: Mapping[str, Any], **actual: Any) -> SessionDrift:
        aws.deploy(template(given({**DECLARED, **declared})), [summary("Ride")])
        session = given({**ACTUAL, **actual})
        aws.api.add_response(
            "get_proxy_session",
            {"ProxySession": session},
            {"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION},
        )
        (drift,) = aws.find()
        return drift

    return look


def test_in_sync(look: Look) -> None:
    """Orders, and numbers that CloudFormation made texts of, are no drift."""
    drift = look({"ExpiryMinutes": "60"})

    assert (drift.status, drift.differences, drift.not_compared) == (DriftStatus.IN_SYNC, (), ())
    assert exit_code([drift]) == 0


@pytest.mark.parametrize(
    ("actual", "shown"),
    [
        ({"Capabilities": ["SMS"]}, "Capabilities is SMS, declared SMS,Voice"),
        ({"ExpiryMinutes": 61}, "ExpiryMinutes is 61, declared 60"),
        (
            {"NumberSelectionBehavior": None},
            "NumberSelectionBehavior is none, declared AvoidSticky",
        ),
        ({"GeoMatchLevel": "Country"}, "GeoMatchLevel is Country, declared AreaCode"),
        (
            {"GeoMatchParams": {"Country": "US", "AreaCode": "206"}},
            "GeoMatchParams is US 206, declared US 401",
        ),
        ({"VoiceConnectorId": "z" * 22}, f"VoiceConnectorId is {'z' * 22}, declared {CONNECTOR}"),
        ({"Name": "14015550102"}, "Name differs"),
        (
            {"Participants": [{"PhoneNumber": "+14015550101"}, {"PhoneNumber": "+14015550102"}]},
            "ParticipantPhoneNumbers differs",
        ),
        ({"Participants": []}, "ParticipantPhoneNumbers differs"),
    ],
)
def test_modified_session_shows_both_values(
    look: Look, actual: Mapping[str, Any], shown: str
) -> None:
    """What was changed by hand is named with both values, but for numbers and names."""
    drift = look({}, **actual)

    assert drift.status is DriftStatus.MODIFIED
    assert table("Rides", [drift]) == f"Rides: 0 of 1 sessions in sync\n  Ride  modified  {shown}"
    assert "401555" not in json.dumps(as_json("Rides", [drift]))
    assert exit_code([drift]) == 1


def test_undeclared_is_no_drift(look: Look) -> None:
    """What a stack leaves to the API may be anything."""
    undeclared = ("ExpiryMinutes", "Name", "NumberSelectionBehavior", "GeoMatchLevel")
    drift = look(dict.fromkeys(undeclared), ExpiryMinutes=5, Name="derived")

    assert (drift.status, drift.not_compared) == (DriftStatus.IN_SYNC, ())


def test_closed_session_has_drifted(look: Look) -> None:
    """An expired session has drifted, whatever else is as declared."""
    drift = look({}, Status="Closed", EndedTimestamp=datetime(2026, 11, 22, 1, tzinfo=UTC))

    assert table("Rides", [drift]).endswith("Ride  closed  since 2026-11-22T01:00:00Z")
    assert exit_code([drift]) == 1


def test_in_progress(look: Look) -> None:
    """A session with a call on it is as declared."""
    assert look({}, Status="InProgress").status is DriftStatus.IN_SYNC


@pytest.mark.parametrize(
    "number",
    [
        {"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf"},
        {"ParameterName": "/drivers/7/phone"},
        {"Ref": "Rider"},
        {"Fn::ImportValue": "Rider"},
        "{{resolve:ssm:rider}}",
    ],
)
def test_not_in_the_template(look: Look, number: object) -> None:
    """What the template only refers to is said not to have been compared."""
    drift = look({"ParticipantPhoneNumbers": [number, "+12065550100"]}, Participants=[])

    assert table("Rides", [drift]).endswith("in sync  not compared: ParticipantPhoneNumbers")
    assert exit_code([drift]) == 0


def test_missing_session_has_drifted(aws: Aws) -> None:
    """A session that the API does not know has drifted."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_client_error("get_proxy_session", "NotFoundException", http_status_code=404)

    (drift,) = aws.find()

    assert table("Rides", [drift]).endswith("Ride  missing")
    assert exit_code([drift]) == 1


def test_refused_look_is_not_checked(aws: Aws) -> None:
    """A session that may not be looked at is neither in sync nor drifted."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_client_error("get_proxy_session", "ForbiddenException", "of +14015550101", 403)

    (drift,) = aws.find()

    assert table("Rides", [drift]).endswith("Ride  not checked  ForbiddenException")
    assert exit_code([drift]) == 2


def test_plain_template(aws: Aws) -> None:
    """A template in YAML with CloudFormation's short forms is read as well."""
    aws.deploy(PLAIN, [summary("Ride")])
    aws.api.add_response("get_proxy_session", {"ProxySession": {**ACTUAL, "Capabilities": ["SMS"]}})

    (drift,) = aws.find()

    assert [difference.name for difference in drift.differences] == ["Capabilities"]
    assert drift.not_compared == ("ExpiryMinutes", "Name", "VoiceConnectorId")
    assert aws.asked == [ENDPOINT]


def test_every_page_of_resources_is_read(aws: Aws) -> None:
    """Every page of resources is read, and what is no deployed session is passed over."""
    body = json.loads(template(DECLARED))
    body["Resources"] |= dict.fromkeys(("Two", "Off", "Gone"), body["Resources"]["Ride"])
    aws.deploy(
        json.dumps(body),
        [summary("Provider", ResourceType="AWS::Lambda::Function"), summary("Ride")],
        [summary("Gone", ResourceStatus="DELETE_COMPLETE"), summary("Two")],
    )
    for _ in range(2):
        aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    assert [drift.session.logical_id for drift in aws.find()] == ["Ride", "Two"]


@pytest.mark.parametrize(
    ("variables", "service_token", "override", "asked"),
    [
        ({"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT}, {"Fn::GetAtt": "Provider.Arn"}, None, ENDPOINT),
        ({}, {"Fn::GetAtt": ["Provider", "Arn"]}, None, ""),
        ({}, {"Fn::GetAtt": ["Provider", "Arn"]}, "http://127.0.0.1:9", "http://127.0.0.1:9"),
        ({}, {"Fn::ImportValue": "Token"}, "http://127.0.0.1:9", "http://127.0.0.1:9"),
    ],
)  # fmt: skip
def test_api_is_asked_where_the_provider_asks(
    aws: Aws, variables: Mapping[str, str], service_token: Any, override: str, asked: str
) -> None:
    """The API is asked where the provider asks it, unless the environment says otherwise."""
    body = json.loads(template({**DECLARED, "ServiceToken": service_token}))
    body["Resources"]["Provider"]["Properties"] = {"Environment": {"Variables": variables}}
    aws.deploy(json.dumps(body), [summary("Ride")])
    aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    aws.find(override)

    assert aws.asked == [asked]


@pytest.mark.parametrize(
    ("variables", "service_token"),
    [
        ({}, {"Fn::ImportValue": "Token"}),
        ({}, "arn:aws:lambda:us-east-1:123456789012:function:provider"),
        ({"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": {"Ref": "Url"}}, {"Fn::GetAtt": ["Provider", "Arn"]}),
        (
            {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": "{{resolve:ssm:/calls/endpoint}}"},
            {"Fn::GetAtt": ["Provider", "Arn"]},
        ),
    ],
)
def test_unknown_endpoint(aws: Aws, variables: Mapping[str, Any], service_token: Any) -> None:
    """Nobody is asked where it is not known whom the provider asks."""
    body = json.loads(template({**DECLARED, "ServiceToken": service_token}))
    body["Resources"]["Provider"]["Properties"] = {"Environment": {"Variables": variables}}
    aws.deploy(json.dumps(body), [summary("Ride")])

    (drift,) = aws.find()

    assert drift.status is DriftStatus.NOT_CHECKED
    assert "set AWS_ENDPOINT_URL_CHIME_SDK_VOICE" in drift.reason


def test_json_has_the_names_of_cloudformation(look: Look) -> None:
    """Programs get CloudFormation's names."""
    assert as_json("Rides", [look({"Name": {"Ref": "Name"}}, ExpiryMinutes=61)]) == {
        "StackName": "Rides",
        "Sessions": [
            {
                "LogicalResourceId": "Ride",
                "PhysicalResourceId": f"{CONNECTOR}/{SESSION}",
                "ConstructId": "",
                "ProxyPhoneNumber": "+12065550199",
                "DriftStatus": "MODIFIED",
                "Reason": "",
                "Differences": [{"Property": "ExpiryMinutes", "Declared": "60", "Actual": "61"}],
                "NotCompared": ["Name"],
            }
        ],
    }


def test_session_of_a_file_is_shown_by_its_key(aws: Aws) -> None:
    """The table names the entry of the file; a session without a path has its logical id."""
    body = json.loads(template(DECLARED))
    session = body["Resources"].pop("Ride")
    path = {"aws:cdk:path": "Rides/Sessions/ride-1290/Resource/Default"}
    body["Resources"] |= {"Sessionsride1290B69AA551": {**session, "Metadata": path}, "Two": session}
    aws.deploy(json.dumps(body), [summary("Sessionsride1290B69AA551"), summary("Two")])
    for _ in range(2):
        aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    drifts = aws.find()

    lines = [line.strip() for line in table("Rides", drifts).splitlines()[1:]]
    assert lines == ["ride-1290  in sync", "Two        in sync"]
    shown = as_json("Rides", drifts)["Sessions"]
    assert [one["ConstructId"] for one in shown] == ["ride-1290", ""]
    assert {one["ProxyPhoneNumber"] for one in shown} == {"+12065550199"}


def test_equal_keys_are_shown_by_their_logical_ids(aws: Aws) -> None:
    """Two files of one stack may have the same key: then the logical ids tell the sessions apart."""
    session = json.loads(template(DECLARED))["Resources"]["Ride"]
    paths = {"A": "Rides/One/ride/Resource/Default", "B": "Rides/Two/ride/Resource/Default"}
    resources = {
        name: {**session, "Metadata": {"aws:cdk:path": path}} for name, path in paths.items()
    }
    aws.deploy(
        json.dumps({"Resources": {"Provider": FUNCTION, **resources}}), [*map(summary, "AB")]
    )
    for _ in range(2):
        aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    lines = table("Rides", aws.find()).splitlines()

    assert [line.split()[0] for line in lines[1:]] == ["A", "B"]


def test_response_without_a_session_is_not_checked(aws: Aws) -> None:
    """A server that answers with something else has not said what the session is."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_response("get_proxy_session", {})

    (drift,) = aws.find()

    assert (drift.status, drift.reason) == (DriftStatus.NOT_CHECKED, "the response has no session")


def test_invalid_endpoint_is_not_checked(aws: Aws) -> None:
    """An address without https:// or http:// asks nobody, and says so."""
    aws.deploy(template(DECLARED), [summary("Ride")])

    with aws.stack:
        found = find_drifts(["Rides"], aws.cloudformation, client_at, "127.0.0.1:4566")

    (drift,) = found["Rides"]
    assert drift.status is DriftStatus.NOT_CHECKED
    assert drift.reason == "the endpoint 127.0.0.1:4566 is not a URL: begin it with https://"


def test_no_such_stack(aws: Aws) -> None:
    """A stack that CloudFormation does not know is no empty stack."""
    aws.stack.add_client_error("get_template", "ValidationError", "Stack with id X does not exist")

    with pytest.raises(StackNotReadError, match="does not exist"):
        aws.find()


@pytest.mark.parametrize("arguments", [["drift", "--stack", "Rides"], ["drift"], []])
def test_exit_code_without_an_answer(arguments: list[str]) -> None:
    """Exit code 2 says that nothing was found out: nobody answers, or the command line is wrong."""
    done = run_command(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("AWS_ENDPOINT_URL", "127.0.0.1:4566"),
        ("AWS_ENDPOINT_URL_CLOUDFORMATION", "{{resolve:ssm:/calls/endpoint}}"),
        ("AWS_PROFILE", "nobody"),
        ("AWS_DEFAULT_REGION", "no region"),
        ("AWS_CA_BUNDLE", "/nowhere.pem"),
        ("AWS_MAX_ATTEMPTS", "many"),
    ],
)
def test_exit_code_with_a_wrong_setting(setting: str, value: str) -> None:
    """A setting that the SDK does not accept is exit code 2 and one line, not a traceback."""
    done = run_command("drift", "--stack", "Rides", **{setting: value})

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("arguments", [["schema"], ["drift", "--stack", "Rides"]])
def test_commands_need_neither_cdk_nor_node(arguments: list[str]) -> None:
    """The commands run where CDK, its constructs and jsii cannot be imported."""
    done = run_command(*arguments)

    assert "ImportError" not in done.stderr
    assert done.returncode == (0 if arguments == ["schema"] else 2)


def test_library_is_imported_by_name() -> None:
    """Each public name is found when it is asked for; another one is an AttributeError."""
    import_all = "import chime_proxy as c; assert {getattr(c, n) for n in c.__all__}; c.Ride"
    done = subprocess.run(
        [sys.executable, "-c", import_all], capture_output=True, text=True, check=False
    )

    assert "AttributeError: module 'chime_proxy' has no attribute 'Ride'" in done.stderr
