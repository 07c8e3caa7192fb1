from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from chime_proxy import ProxySessionProvider


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
