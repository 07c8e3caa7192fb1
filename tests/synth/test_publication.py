from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam
from aws_cdk.assertions import Template

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)

CONNECTOR = "abcdef1ghij2klmno3pqr4"
API_ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default"


@pytest.fixture
def template(stack: cdk.Stack) -> Template:
    """The template of a published provider."""
    ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com").publish()
    return Template.from_stack(stack)


def only(found: Mapping[str, Any]) -> str:
    """The logical id of the one resource there is."""
    (logical_id,) = found
    return logical_id


def published(template: Template) -> dict[str, Any]:
    """The published values, by name."""
    return {
        "service-token": {
            "Fn::GetAtt": [only(template.find_resources("AWS::Lambda::Function")), "Arn"]
        },
        "role-name": {"Ref": only(template.find_resources("AWS::IAM::Role"))},
    }


def test_service_token_and_role_name_are_exported(template: Template) -> None:
    """The function's ARN and the role's name are exported."""
    outputs = template.find_outputs("*").values()

    exported = {output["Export"]["Name"]: output["Value"] for output in outputs}
    assert exported == {
        "ChimeProxyServiceToken": published(template)["service-token"],
        "ChimeProxyRoleName": published(template)["role-name"],
    }


def test_service_token_and_role_name_are_parameters(template: Template) -> None:
    """The same are SSM parameters."""
    parameters = template.find_resources("AWS::SSM::Parameter").values()

    stored = {one["Properties"]["Name"]: one["Properties"]["Value"] for one in parameters}
    assert stored == {f"/chime-proxy/{name}": value for name, value in published(template).items()}


def test_provider_publishes_nothing_unasked(stack: cdk.Stack) -> None:
    """Without `publish`, a provider has no exports and parameters, which are unique in an account."""
    ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    template = Template.from_stack(stack)

    assert template.find_outputs("*") == {}
    template.resource_count_is("AWS::SSM::Parameter", 0)


def test_address_and_arn_of_a_service_are_published(stack: cdk.Stack) -> None:
    """The API's address and its stage's ARN are exports and SSM parameters, the same values."""
    ProxySessionService(stack, "Service", phone_numbers=["+12065550130"]).publish()
    template = Template.from_stack(stack)

    api = only(template.find_resources("AWS::ApiGatewayV2::Api"))
    outputs = template.find_outputs("*").values()
    exported = {output["Export"]["Name"]: output["Value"] for output in outputs}
    parameters = template.find_resources("AWS::SSM::Parameter").values()
    stored = {one["Properties"]["Name"]: one["Properties"]["Value"] for one in parameters}
    assert exported["ChimeProxyEndpointUrl"] == {"Fn::GetAtt": [api, "ApiEndpoint"]}
    assert exported["ChimeProxyApiArn"]["Fn::Join"][1][-2:] == [{"Ref": api}, "/$default"]
    assert stored == {
        "/chime-proxy/endpoint-url": exported["ChimeProxyEndpointUrl"],
        "/chime-proxy/api-arn": exported["ChimeProxyApiArn"],
    }


def test_published_service_is_read_at_deployment(stack: cdk.Stack) -> None:
    """A stack that uses the published service has its two SSM parameters, once."""
    service = ProxySessionService.from_published(stack, "Service")
    ProxySessionProvider(stack, "Provider", service=service).permission_for(stack, CONNECTOR)
    again = ProxySessionService.from_published(stack, "Again")
    template = Template.from_stack(stack).to_json()

    read = {
        one["Default"]: name
        for name, one in template["Parameters"].items()
        if one["Type"] == "AWS::SSM::Parameter::Value<String>" and "chime" in one["Default"]
    }
    assert read.keys() == {"/chime-proxy/endpoint-url", "/chime-proxy/api-arn"}
    assert stack.resolve(again.endpoint_url) == {"Ref": read["/chime-proxy/endpoint-url"]}
    (function,) = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    assert function["Properties"]["Environment"]["Variables"] == {
        "AWS_ENDPOINT_URL_CHIME_SDK_VOICE": {"Ref": read["/chime-proxy/endpoint-url"]},
        "API_SIGNING_NAME": "execute-api",
        "REFUSED_DELETION": "fail",
    }
    assert permitted(stack) == [
        [{"Ref": read["/chime-proxy/api-arn"]}, f"/*/voice-connectors/{CONNECTOR}/proxy-sessions"],
        [
            {"Ref": read["/chime-proxy/api-arn"]},
            f"/*/voice-connectors/{CONNECTOR}/proxy-sessions/*",
        ],
    ]


def permitted(stack: cdk.Stack) -> list[Any]:
    """The parts of all ARNs of an API that policies of a stack allow."""
    return [
        arn["Fn::Join"][1]
        for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "execute-api:Invoke"
        for arn in statement["Resource"]
    ]


def test_imported_service_serves_all_that_takes_one(stack: cdk.Stack) -> None:
    """A service of another app has configurations, sessions, providers and grants as an own one."""
    service = ProxySessionService.from_attributes(
        stack, "Service", endpoint_url="https://calls.example.com", api_arn=API_ARN
    )
    calls = VoiceConnectorProxy(
        stack,
        "Calls",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    session = ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
    )
    token = "arn:aws:lambda:us-east-1:123456789012:function:provider"
    imported = ProxySessionProvider.from_service_token(stack, "Imported", token, service=service)
    reader = aws_iam.User(stack, "Reader")
    session.grant_read(reader)
    service.grant_read(reader, voice_connector_id=CONNECTOR)
    service.grant_sessions(reader, voice_connector_id=CONNECTOR)

    assert imported.service is service
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::ApiGatewayV2::Api", 0)
    (policy,) = (
        one["Properties"]["PolicyDocument"]["Statement"]
        for one in template.find_resources("AWS::IAM::Policy").values()
        if "Users" in one["Properties"]
    )
    assert policy[-1]["Resource"] == [
        f"{API_ARN}/*/voice-connectors/{CONNECTOR}/proxy-sessions",
        f"{API_ARN}/*/voice-connectors/{CONNECTOR}/proxy-sessions/*",
    ]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"endpoint_url": "calls.example.com"}, "endpoint_url must be an http or https address"),
        ({"endpoint_url": None}, "endpoint_url must be an http or https address"),
        ({"api_arn": f"{API_ARN}/*"}, "api_arn must be the ARN of a stage of an HTTP API, such as"),
        ({"api_arn": "a1b2c3d4e5"}, "api_arn must be the ARN of a stage"),
        ({"api_arn": None}, "api_arn must be the ARN of a stage"),
    ],
)
def test_wrong_attributes_of_a_service_are_refused(
    stack: cdk.Stack, wrong: dict[str, Any], fault: str
) -> None:
    """A wrong address or ARN is refused, and the error says what is allowed."""
    good = {"endpoint_url": "https://calls.example.com", "api_arn": API_ARN}

    with pytest.raises(ValueError, match=fault):
        ProxySessionService.from_attributes(stack, "Service", **{**good, **wrong})
