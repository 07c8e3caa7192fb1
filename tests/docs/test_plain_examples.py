import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cfnlint.decode import decode_str
from tests.cfn_lint import lint_template

from chime_proxy import ProxySession, ProxySessionProvider, ProxySessionService, VoiceConnectorProxy
from chime_proxy_provider import handler as provider

FOLDER = Path(__file__).parents[2] / "examples" / "cloudformation"
SESSION, PROXY = "Custom::ChimeProxySession", "Custom::ChimeVoiceConnectorProxy"
FOLDERS = {SESSION: "proxy_session", PROXY: "voice_connector_proxy"}
CLOUDFORMATIONS_OWN = {"ServiceToken", "ServiceTimeout"}

PATHS = sorted(FOLDER.iterdir())


def schema(name: str) -> Mapping[str, Any]:
    """A schema of the provider's."""
    text = (Path(provider.__file__).with_name(name) / "schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def template(path: Path) -> dict[str, Any]:
    """An example with its short forms written out."""
    decoded, faults = decode_str(path.read_text())
    assert faults == []
    return dict(decoded)


def resources(resource_type: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The resources of a type in all examples, each with its logical id and its template."""
    for path in PATHS:
        whole = template(path)
        for logical_id, resource in whole["Resources"].items():
            if resource["Type"] == resource_type:
                yield logical_id, resource, whole


def statements(policy: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a policy of an example says of the API."""
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        if statement["Action"] == "execute-api:Invoke" or "chime:" in str(statement["Action"]):
            yield statement


def operations(statement: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The methods and the paths below the connector that a statement on a service allows."""
    return [
        re.findall(r"/(\*)/voice-connectors/[^/]*/([a-z/*-]+)", str(arn))[0]
        for arn in listed(statement["Resource"])
    ]


def listed(value: Any) -> list[Any]:
    """A list; CDK writes one resource without."""
    return value if isinstance(value, list) else [value]


@pytest.fixture(params=["service", "other endpoint"])
def construct(request: pytest.FixtureRequest) -> Template:
    """A session and a configuration of the construct library."""
    return declared(request.param)


def declared(kind: str) -> Template:
    """A session and a configuration, on a published service or at another endpoint."""
    stack = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
    if kind == "service":
        service = ProxySessionService.from_published(stack, "Service")
        provider = ProxySessionProvider(stack, "Provider", service=service)
    else:
        provider = ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    configured = VoiceConnectorProxy(
        stack,
        "Proxy",
        voice_connector="abcdef1ghij2klmno3pqr4",
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
        provider=provider,
    )
    ProxySession(
        stack,
        "Ride",
        voice_connector=configured,
        participants=["+14015550101", "+12065550100"],
        capabilities=["Voice"],
        provider=provider,
    )
    return Template.from_stack(stack)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_examples_pass_cfn_lint(path: Path) -> None:
    """cfn-lint finds no fault in an example."""
    matches = lint_template(path.read_text())

    acknowledged = template(path).get("Metadata", {}).get("cfn-lint", {}).get("config", {})
    ignored = acknowledged.get("ignore_checks", [])
    assert [match for match in matches if match.rule.id not in ignored] == []


@pytest.mark.parametrize("resource_type", FOLDERS)
def test_properties_fit_the_schema(resource_type: str) -> None:
    """Every resource has what its schema requires, nothing that it does not know, and a time-out."""
    accepted = schema(FOLDERS[resource_type])
    found = list(resources(resource_type))

    assert found
    for _, resource, _ in found:
        properties = resource["Properties"].keys()
        assert properties - CLOUDFORMATIONS_OWN <= accepted["properties"].keys()
        assert set(accepted["required"]) | CLOUDFORMATIONS_OWN <= properties


@pytest.mark.parametrize("resource_type", FOLDERS)
def test_time_out_is_the_constructs(construct: Template, resource_type: str) -> None:
    """CloudFormation waits as long for an example's resource as for a construct's."""
    (own,) = construct.find_resources(resource_type).values()

    waits = {one["Properties"]["ServiceTimeout"] for _, one, _ in resources(resource_type)}
    assert {str(wait) for wait in waits} == {own["Properties"]["ServiceTimeout"]}


@pytest.mark.parametrize("resource_type", FOLDERS)
def test_attributes_are_of_the_schema(resource_type: str) -> None:
    """Every attribute that an output reads is one that the provider answers with."""
    readable = schema(FOLDERS[resource_type])["definitions"]["Attributes"]["properties"].keys()
    for logical_id, _, whole in resources(resource_type):
        read = [output["Value"]["Fn::GetAtt"] for output in whole["Outputs"].values()]
        names = [name for resource, name in read if resource == logical_id]
        assert names
        assert set(names) <= readable


def allowed(construct: Template) -> tuple[list[Any], list[Any]]:
    """Return what the construct's policies allow for sessions, and for the configuration."""
    found = [
        operations(statement)
        if statement["Action"] == "execute-api:Invoke"
        else statement["Action"]
        for policy in construct.find_resources("AWS::IAM::Policy").values()
        for statement in statements(policy)
    ]
    (serving,) = (one for one in found if "ession" in str(one))
    (configuring,) = (one for one in found if "ession" not in str(one))
    return serving, configuring


@pytest.mark.parametrize("kind", ["service", "other endpoint"])
def test_policies_allow_what_the_constructs_do(kind: str) -> None:
    """A policy allows what the construct's does, on one connector, to the provider's role."""
    serving, configuring = allowed(declared(kind))
    policies = [
        (policy, whole)
        for _, policy, whole in resources("AWS::IAM::Policy")
        if ("chime:" in str(policy)) == (kind == "other endpoint")
    ]

    assert policies
    for policy, whole in policies:
        (statement,) = statements(policy)
        configures = any(one["Type"] == PROXY for one in whole["Resources"].values())
        expected = serving + (configuring if configures else [])
        if kind == "service":
            assert operations(statement) == expected
        else:
            assert statement["Action"] == expected
            assert "*" not in json.dumps(statement["Resource"])
        assert policy["Properties"]["Roles"] in (
            ["{{resolve:ssm:/chime-proxy/role-name}}"],
            [{"Fn::ImportValue": "ChimeProxyRoleName"}],
        )
        assert policy["Properties"]["PolicyName"] == {"Ref": "AWS::StackName"}


def test_permissions_are_on_the_published_service() -> None:
    """Every permission on a service begins with the ARN that is published."""
    published = (
        "{{resolve:ssm:/chime-proxy/api-arn}}/*/",
        "{'Fn::ImportValue': 'ChimeProxyApiArn'}",
    )
    for _, policy, _ in resources("AWS::IAM::Policy"):
        for statement in statements(policy):
            if statement["Action"] == "execute-api:Invoke":
                assert all(
                    any(arn in str(one) for arn in published) for one in statement["Resource"]
                )


def test_permission_outlives_session() -> None:
    """A session depends on the permission of its template, and otherwise imports its connector."""
    for resource_type in FOLDERS:
        for _, resource, whole in resources(resource_type):
            policies = [
                logical_id
                for logical_id, one in whole["Resources"].items()
                if one["Type"] == "AWS::IAM::Policy"
            ]
            imported = "Fn::ImportValue" in resource["Properties"]["VoiceConnectorId"]
            assert [resource["DependsOn"]] == policies if policies else imported


def test_configuration_comes_before_the_session_of_its_template() -> None:
    """A session refers to the configuration that its template has."""
    found = False
    for _, session, whole in resources(SESSION):
        proxies = [name for name, one in whole["Resources"].items() if one["Type"] == PROXY]
        for proxy in proxies:
            found = True
            attribute = {"Fn::GetAtt": [proxy, "VoiceConnectorId"]}
            assert session["Properties"]["VoiceConnectorId"] == attribute
    assert found


def test_numbers_are_hidden() -> None:
    """No example has a phone number in it, and a parameter that takes one is masked."""
    for path in PATHS:
        assert "+1" not in path.read_text()
        for parameter in template(path).get("Parameters", {}).values():
            if "phone number" in parameter.get("Description", ""):
                assert parameter["NoEcho"] is True
