"""Reads the sessions of a deployed stack."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy._deployed.endpoint import Endpoint, endpoint_of
from chime_proxy._deployed.errors import StackNotReadError
from chime_proxy._deployed.session import DeclaredSession

_SESSION = "Custom::ChimeProxySession"
_FUNCTION = "AWS::Lambda::Function"
_DELETED = "DELETE_COMPLETE"
_UNREADABLE = "the template of {} cannot be read: it is not a valid CloudFormation template"


def declared_sessions(cloudformation: Any, stack_name: str) -> list[DeclaredSession]:
    """Read the sessions of a stack, in the order of its template.

    Nested stacks have names of their own and are left out.

    Args:
        cloudformation: a client.
        stack_name: the name or id of the stack.

    Raises:
        StackNotReadError: CloudFormation refuses or does not answer, or the template is not valid.
    """
    try:
        template = _template(cloudformation, stack_name)
        physical_ids = dict(_deployed(cloudformation, stack_name))
    except ClientError as error:
        raise StackNotReadError(error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise StackNotReadError(str(error)) from error
    try:
        return list(_declared(template, physical_ids))
    except (AttributeError, KeyError, TypeError) as error:
        raise StackNotReadError(_UNREADABLE.format(stack_name)) from error


def _declared(
    template: Mapping[str, Any], physical_ids: Mapping[str, str]
) -> Iterator[DeclaredSession]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == _SESSION and logical_id in physical_ids:
            service_token = resource["Properties"]["ServiceToken"]
            function = _function(service_token)
            yield DeclaredSession(
                logical_id=logical_id,
                construct_id=_construct_id(resource.get("Metadata", {})),
                physical_id=physical_ids[logical_id],
                properties=_own(resource["Properties"]),
                endpoint=_endpoint(template, function),
                provider=physical_ids.get(function, service_token),
            )


def _template(cloudformation: Any, stack_name: str) -> Mapping[str, Any]:
    answer = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")
    body: Mapping[str, Any] | str = answer["TemplateBody"]
    # botocore has parsed it if it is JSON.
    return _parsed(body, stack_name) if isinstance(body, str) else body


def _parsed(text: str, stack_name: str) -> Mapping[str, Any]:
    try:
        template: Mapping[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - _Loader is a safe one
    except (yaml.YAMLError, ValueError) as error:
        raise StackNotReadError(_UNREADABLE.format(stack_name)) from error
    return template


def _deployed(cloudformation: Any, stack_name: str) -> Iterator[tuple[str, str]]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            deployed = resource["ResourceStatus"] != _DELETED
            if deployed and resource["ResourceType"] in {_SESSION, _FUNCTION}:
                yield resource["LogicalResourceId"], resource.get("PhysicalResourceId", "")


def _own(properties: Mapping[str, Any]) -> dict[str, Any]:
    of_cloudformation = {"ServiceToken", "ServiceTimeout"}
    return {name: value for name, value in properties.items() if name not in of_cloudformation}


def _endpoint(template: Mapping[str, Any], function: str) -> Endpoint | None:
    """Read the endpoint from the environment of the provider's function.

    None if the function is not in the template, or has a reference in place of a URL.
    """
    declared = template["Resources"].get(function)
    if not declared:
        return None
    return endpoint_of(declared["Properties"].get("Environment", {}).get("Variables", {}))


def _construct_id(metadata: Mapping[str, Any]) -> str:
    """Return `ride-1290` for `Rides0/Sessions/ride-1290/Resource/Default`."""
    path: str = metadata.get("aws:cdk:path", "")
    return path.removesuffix("/Resource/Default").rpartition("/")[2]


def _function(service_token: Any) -> str:
    match service_token:
        case {"Fn::GetAtt": [str(logical_id), "Arn"]}:
            return logical_id
        case {"Fn::GetAtt": str(attribute)}:
            return attribute.removesuffix(".Arn")
    return ""


class _Loader(yaml.SafeLoader):
    """Reads YAML with CloudFormation's short forms: `!Ref X` is `{"Ref": "X"}`."""


def _long_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    long = name if name in {"Ref", "Condition"} else f"Fn::{name}"
    match node:
        case yaml.MappingNode():
            return {long: loader.construct_mapping(node, deep=True)}
        case yaml.SequenceNode():
            return {long: loader.construct_sequence(node, deep=True)}
    value = str(node.value)
    return {long: value.split(".", 1) if name == "GetAtt" else value}


_Loader.add_multi_constructor("!", _long_form)
