import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from chime_proxy._deployed.api import proxy_sessions_at
from chime_proxy._deployed.endpoint import Endpoint, endpoint_at
from chime_proxy._deployed.errors import StackNotReadError
from chime_proxy._drift.command import find_drifts
from chime_proxy._drift.comparison import DriftStatus, SessionDrift
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
        self.functions = boto3.client("lambda")
        self.parameters = boto3.client("ssm")
        self.stack = Stubber(self.cloudformation)
        self.function = Stubber(self.functions)
        self.parameter = Stubber(self.parameters)
        self.api = Stubber(self.proxy_sessions)
        self.asked: list[str] = []
        self.signed: list[bool] = []

    def deploy(self, body: str, *pages: list[dict[str, Any]]) -> None:
        """Have a stack with a template and pages of resources."""
        self.stack.add_response("get_template", {"TemplateBody": body})
        tokens = [f"page {number}" for number in range(1, len(pages))]
        for page, token in zip(pages, [*tokens, None], strict=True):
            answer = {"StackResourceSummaries": page, **({"NextToken": token} if token else {})}
            self.stack.add_response("list_stack_resources", answer)

    def find(self, override: str | None = None) -> list[SessionDrift]:
        """Look at the stack."""
        with self.stack, self.api, self.function, self.parameter:
            found = find_drifts(["Rides"], self.client, self.client_at, override)
            for stub in (self.stack, self.api, self.function, self.parameter):
                stub.assert_no_pending_responses()
        return found["Rides"]

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        clients = {"cloudformation": self.cloudformation, "lambda": self.functions}
        return {**clients, "ssm": self.parameters}[service]

    def client_at(self, endpoint: Endpoint) -> Any:
        """Note which endpoint was asked."""
        self.asked.append(endpoint.url)
        self.signed.append(endpoint.is_http_api)
        return self.proxy_sessions


def client_at(endpoint: Endpoint) -> Any:
    """A client of an endpoint, as the command makes it."""
    return boto3.client("chime-sdk-voice", endpoint_url=endpoint.url)


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


def test_order_and_text_are_no_drift(look: Look) -> None:
    """The order of a list and a number as text are no drift."""
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
    """A change by hand is shown with both values, except for phone numbers and names."""
    drift = look({}, **actual)
    number = drift.proxy_number or "-"

    assert drift.status is DriftStatus.MODIFIED
    assert table("Rides", [drift]) == (
        f"Rides: 0 of 1 sessions in sync\n  Ride (logical id)  {number}  modified  {shown}"
    )
    assert "401555" not in json.dumps(as_json("Rides", [drift]))
    assert exit_code([drift]) == 1


def test_undeclared_is_no_drift(look: Look) -> None:
    """A property left to the API may have any value."""
    undeclared = ("ExpiryMinutes", "Name", "NumberSelectionBehavior", "GeoMatchLevel")
    drift = look(dict.fromkeys(undeclared), ExpiryMinutes=5, Name="derived")

    assert (drift.status, drift.not_compared) == (DriftStatus.IN_SYNC, ())


def test_closed_session_has_drifted(look: Look) -> None:
    """An expired session has drifted, even if its properties are as declared."""
    drift = look({}, Status="Closed", EndedTimestamp=datetime(2026, 11, 22, 1, tzinfo=UTC))

    assert table("Rides", [drift]).endswith("closed  since 2026-11-22T01:00:00Z")
    assert exit_code([drift]) == 1


def test_session_with_a_call_is_in_sync(look: Look) -> None:
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
def test_references_are_not_compared(look: Look, number: object) -> None:
    """A reference to a value outside the template is listed as not compared."""
    drift = look({"ParticipantPhoneNumbers": [number, "+12065550100"]}, Participants=[])

    assert table("Rides", [drift]).endswith("in sync  not compared: ParticipantPhoneNumbers")
    assert exit_code([drift]) == 0


def test_missing_session_has_drifted(aws: Aws) -> None:
    """A session unknown to the API has drifted."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_client_error("get_proxy_session", "NotFoundException", http_status_code=404)

    (drift,) = aws.find()

    assert table("Rides", [drift]).endswith("Ride (logical id)  -  missing")
    assert exit_code([drift]) == 1


def test_refused_look_is_not_checked(aws: Aws) -> None:
    """A session is neither in sync nor drifted if the caller may not get it."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_client_error("get_proxy_session", "ForbiddenException", "of +14015550101", 403)

    (drift,) = aws.find()

    assert table("Rides", [drift]).endswith("Ride (logical id)  -  not checked  ForbiddenException")
    assert exit_code([drift]) == 2


def test_short_forms_of_yaml_are_read(aws: Aws) -> None:
    """A template in YAML with CloudFormation's short forms is read as well."""
    aws.deploy(PLAIN, [summary("Ride")])
    aws.api.add_response("get_proxy_session", {"ProxySession": {**ACTUAL, "Capabilities": ["SMS"]}})

    (drift,) = aws.find()

    assert [difference.name for difference in drift.differences] == ["Capabilities"]
    assert drift.not_compared == ("ExpiryMinutes", "Name", "VoiceConnectorId")
    assert aws.asked == [ENDPOINT]


def test_every_page_of_resources_is_read(aws: Aws) -> None:
    """Every page of resources is read; other and deleted resources are passed over."""
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


ARN = "arn:aws:lambda:us-east-1:123456789012:function:provider"
IN_STACK = {"Fn::GetAtt": ["Provider", "Arn"]}


def deploy_at(aws: Aws, service_token: Any, url: Any = None) -> None:
    """Have a session whose provider's address is in no template."""
    body = json.loads(template({**DECLARED, "ServiceToken": service_token}))
    variables = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": url, "API_SIGNING_NAME": "execute-api"}
    body["Resources"]["Provider"]["Properties"] = {"Environment": {"Variables": variables}}
    function = {"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": "Rides-Provider"}
    aws.deploy(json.dumps(body), [summary("Ride"), summary("Provider", **function)])


@pytest.mark.parametrize(
    ("service_token", "url", "function"),
    [
        (IN_STACK, {"Fn::GetAtt": ["Api", "ApiEndpoint"]}, "Rides-Provider"),
        (IN_STACK, {"Ref": "SsmParameterValue"}, "Rides-Provider"),
        (IN_STACK, "{{resolve:ssm:/chime-proxy/endpoint-url}}", "Rides-Provider"),
        (ARN, None, ARN),
    ],
)
def test_address_outside_the_template_is_read_from_the_function(
    aws: Aws, service_token: Any, url: Any, function: str
) -> None:
    """An address that is not in the template is the deployed function's own, and how to sign, too."""
    deploy_at(aws, service_token, url)
    variables = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT, "API_SIGNING_NAME": "execute-api"}
    aws.function.add_response(
        "get_function_configuration",
        {"Environment": {"Variables": variables}},
        {"FunctionName": function},
    )
    aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    (drift,) = aws.find()

    assert (drift.status, aws.asked, aws.signed) == (DriftStatus.IN_SYNC, [ENDPOINT], [True])


def test_published_provider_is_found_by_its_parameter(aws: Aws) -> None:
    """A service token in an SSM parameter leads to the provider of another stack."""
    deploy_at(aws, "{{resolve:ssm:/chime-proxy/service-token}}")
    aws.parameter.add_response(
        "get_parameter", {"Parameter": {"Value": ARN}}, {"Name": "/chime-proxy/service-token"}
    )
    aws.function.add_response(
        "get_function_configuration",
        {"Environment": {"Variables": {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT}}},
        {"FunctionName": ARN},
    )
    aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    aws.find()

    assert (aws.asked, aws.signed) == ([ENDPOINT], [False])


def test_published_provider_is_found_by_its_export(aws: Aws) -> None:
    """An imported service token leads to the provider of another stack."""
    deploy_at(aws, {"Fn::ImportValue": "ChimeProxyServiceToken"})
    exports = [{"Name": "Another", "Value": "x"}, {"Name": "ChimeProxyServiceToken", "Value": ARN}]
    aws.stack.add_response("list_exports", {"Exports": exports})
    aws.function.add_response(
        "get_function_configuration",
        {"Environment": {"Variables": {}}},
        {"FunctionName": ARN},
    )
    aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    aws.find()

    assert aws.asked == [""]


def test_provider_of_many_sessions_is_read_once(aws: Aws) -> None:
    """Sessions with one provider need one look at its function."""
    body = json.loads(template({**DECLARED, "ServiceToken": ARN}))
    body["Resources"]["Two"] = body["Resources"]["Ride"]
    aws.deploy(json.dumps(body), [summary("Ride"), summary("Two")])
    variables = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT}
    configuration = {"Environment": {"Variables": variables}}
    aws.function.add_response("get_function_configuration", configuration)
    for _ in range(2):
        aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    assert len(aws.find()) == 2


@pytest.mark.parametrize(
    "service_token",
    [{"Ref": "Token"}, {"Fn::ImportValue": {"Ref": "Name"}}, "{{resolve:secretsmanager:token}}"],
)
def test_no_api_is_asked_at_an_unknown_endpoint(aws: Aws, service_token: Any) -> None:
    """A session is not checked if the template's reference to its provider cannot be followed."""
    deploy_at(aws, service_token)

    (drift,) = aws.find()

    assert (drift.status, exit_code([drift])) == (DriftStatus.NOT_CHECKED, 2)
    assert "set AWS_ENDPOINT_URL_CHIME_SDK_VOICE" in drift.reason


def test_unexported_service_token_is_not_checked(aws: Aws) -> None:
    """A session is not checked if nothing exports the service token that it imports."""
    deploy_at(aws, {"Fn::ImportValue": "Token"})
    aws.stack.add_response("list_exports", {"Exports": []})

    (drift,) = aws.find()

    assert "set AWS_ENDPOINT_URL_CHIME_SDK_VOICE" in drift.reason


def test_function_that_must_not_be_read_is_not_checked(aws: Aws) -> None:
    """Without the permission to read the function's settings, the reason names what to do."""
    deploy_at(aws, IN_STACK, {"Ref": "SsmParameterValue"})
    aws.function.add_client_error("get_function_configuration", "AccessDeniedException", "no", 403)

    (drift,) = aws.find()

    assert drift.status is DriftStatus.NOT_CHECKED
    assert drift.reason == (
        "the provider's settings cannot be read (AccessDeniedException): permit it, or set "
        "AWS_ENDPOINT_URL_CHIME_SDK_VOICE"
    )


def test_encrypted_settings_are_not_checked(aws: Aws) -> None:
    """Settings that the caller cannot decrypt are no setting for AWS's own endpoint."""
    deploy_at(aws, IN_STACK, {"Ref": "SsmParameterValue"})
    error = {"ErrorCode": "AccessDeniedException", "Message": "kms"}
    aws.function.add_response("get_function_configuration", {"Environment": {"Error": error}})

    (drift,) = aws.find()

    assert (drift.status, "encrypted" in drift.reason) == (DriftStatus.NOT_CHECKED, True)


def test_json_has_the_names_of_cloudformation(look: Look) -> None:
    """The JSON has the names of CloudFormation and the API."""
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
    """A session has the key of its entry; without CDK's paths it has its logical id, which is said."""
    body = json.loads(template(DECLARED))
    session = body["Resources"].pop("Ride")
    path = {"aws:cdk:path": "Rides/Sessions/ride-1290/Resource/Default"}
    body["Resources"] |= {"Sessionsride1290B69AA551": {**session, "Metadata": path}, "Two": session}
    aws.deploy(json.dumps(body), [summary("Sessionsride1290B69AA551"), summary("Two")])
    for _ in range(2):
        aws.api.add_response("get_proxy_session", {"ProxySession": ACTUAL})

    drifts = aws.find()

    lines = [line.strip() for line in table("Rides", drifts).splitlines()[1:]]
    assert lines == [
        "ride-1290         +12065550199  in sync",
        "Two (logical id)  +12065550199  in sync",
    ]
    shown = as_json("Rides", drifts)["Sessions"]
    assert [one["ConstructId"] for one in shown] == ["ride-1290", ""]
    assert {one["ProxyPhoneNumber"] for one in shown} == {"+12065550199"}


def test_repeated_keys_are_shown_as_logical_ids(aws: Aws) -> None:
    """Sessions of two files in one stack with the same key are told apart by their logical ids."""
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
    """A session is not checked if the response is not that of GetProxySession."""
    aws.deploy(template(DECLARED), [summary("Ride")])
    aws.api.add_response("get_proxy_session", {})

    (drift,) = aws.find()

    assert (drift.status, drift.reason) == (DriftStatus.NOT_CHECKED, "the response has no session")


def test_invalid_endpoint_is_not_checked(aws: Aws) -> None:
    """A session is not checked at an endpoint that is no URL, and the reason names the endpoint."""
    aws.deploy(template(DECLARED), [summary("Ride")])

    with aws.stack:
        found = find_drifts(["Rides"], aws.client, client_at, "127.0.0.1:4566")

    (drift,) = found["Rides"]
    assert drift.status is DriftStatus.NOT_CHECKED
    assert (
        drift.reason == "the endpoint 127.0.0.1:4566 is not a URL such as https://calls.example.com"
    )


def test_unreachable_api_is_asked_once(aws: Aws) -> None:
    """After a failed connection, the other sessions of the endpoint are not checked at once."""
    body = json.loads(template(DECLARED))
    body["Resources"]["Two"] = body["Resources"]["Ride"]
    aws.deploy(json.dumps(body), [summary("Ride"), summary("Two")])
    attempts: list[str] = []

    def unreachable(endpoint: Endpoint) -> Any:
        once = Config(retries={"total_max_attempts": 1})
        client = boto3.client("chime-sdk-voice", endpoint_url=endpoint.url, config=once)
        client.meta.events.register("before-send", lambda **_: attempts.append(endpoint.url))
        return client

    with aws.stack:
        found = find_drifts(["Rides"], aws.client, unreachable, "http://127.0.0.1:9")

    assert [one.status for one in found["Rides"]] == [DriftStatus.NOT_CHECKED] * 2
    assert {one.reason for one in found["Rides"]} == {"EndpointConnectionError"}
    assert len(attempts) == 1


@pytest.mark.parametrize(
    "body",
    [
        "{'",
        "- Resources",
        "text",
        "Resources: 7",
        "Resources: {Ride: +14015550101}",
        "Resources: {Ride: {Type: 'Custom::ChimeProxySession'}}",
        "Date: 2026-13-45",
    ],
)
def test_unreadable_template_is_an_error(aws: Aws, body: str) -> None:
    """A template that is not valid is an error with the stack's name and nothing of the template."""
    aws.deploy(body, [summary("Ride")])

    with (
        aws.stack,
        pytest.raises(StackNotReadError, match="the template of Rides") as raised,
    ):
        find_drifts(["Rides"], aws.client, aws.client_at, None)
    assert "401555" not in str(raised.value)


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "Throttling"])
def test_refused_stack_is_an_error(aws: Aws, code: str) -> None:
    """A stack that the caller may not read is an error with CloudFormation's message."""
    aws.stack.add_client_error("get_template", code, f"{code} for GetTemplate", 403)

    with pytest.raises(StackNotReadError, match=f"^{code} for GetTemplate$"):
        aws.find()


def test_unknown_stack_is_an_error(aws: Aws) -> None:
    """An unknown stack is an error, not a stack without sessions."""
    aws.stack.add_client_error("get_template", "ValidationError", "Stack with id X does not exist")

    with pytest.raises(StackNotReadError, match="does not exist"):
        aws.find()


class _NotSentError(Exception):
    pass


@pytest.mark.parametrize(
    ("endpoint_url", "service"),
    [
        ("https://abc.execute-api.us-east-1.amazonaws.com", "execute-api"),
        ("https://calls.example.com", "chime"),
        ("", "chime"),
    ],
)
def test_http_api_is_signed_for(endpoint_url: str, service: str) -> None:
    """The command signs for API Gateway where the endpoint is one of its APIs."""
    scopes: list[str] = []

    def keep(request: Any, **_: Any) -> None:
        scopes.append(request.headers["Authorization"].decode())
        raise _NotSentError

    client = proxy_sessions_at(endpoint_at(endpoint_url))
    client.meta.events.register("before-send", keep)
    with pytest.raises(_NotSentError):
        client.get_proxy_session(VoiceConnectorId="abcdef1ghij2klmno3pqr4", ProxySessionId="1")

    assert f"/us-east-1/{service}/aws4_request" in scopes[0]
