"""The stacks for plain CloudFormation, with parameters for the values that CDK would fill in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_lambda

from chime_proxy import ProxySessionProvider, ProxySessionService

Functions = Mapping[str, aws_lambda.IFunction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A stack.

    Args:
        purpose: the line above its commands.
        stack_name: the name of the stack in them.
        template_name: the name of its template, without `.json`.
        description: the template's.
        values: the parameters that its user fills in, with words in place of values.
        declare: declares its constructs, and returns each function by the parameter of its code.
    """

    purpose: str
    stack_name: str
    template_name: str
    description: str
    values: str
    declare: Callable[[cdk.Stack], Functions]


def _service(stack: cdk.Stack) -> Functions:
    numbers = cdk.CfnParameter(
        stack,
        "PhoneNumbers",
        type="CommaDelimitedList",
        description="The proxy numbers in E.164 format, with commas, at most 200",
        allowed_pattern=r"\+[1-9]\d{6,14}",
        constraint_description="must be numbers in E.164 format: plus sign, country code, number",
    )
    service = ProxySessionService(stack, "Service", phone_numbers=numbers.value_as_list)
    service.publish()
    provider = ProxySessionProvider(stack, "Provider", service=service)
    provider.publish()
    return {"CodeKey": provider.function, "ServiceCodeKey": service.function}


def _provider(stack: cdk.Stack) -> Functions:
    endpoint_url = cdk.CfnParameter(
        stack,
        "EndpointUrl",
        description="Where the proxy-session API is; AWS ended support for its own on 2026-04-07",
        allowed_pattern=r"https?://[^/?#\s]+(/[^?#\s]*)?",
        constraint_description="must be an http or https address",
    )
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=endpoint_url.value_as_string)
    provider.publish()
    return {"CodeKey": provider.function}


KINDS = (
    Kind(
        purpose="The service and its provider:",
        stack_name="ChimeProxyService",
        template_name="chime-proxy-service",
        description="Proxy sessions and their provider, once per account and region",
        values="PhoneNumbers=NUMBERS",
        declare=_service,
    ),
    Kind(
        purpose="A provider for sessions at another endpoint:",
        stack_name="ChimeProxyProvider",
        template_name="chime-proxy-provider",
        description="The provider of Custom::ChimeProxySession, once per account and region",
        values="EndpointUrl=URL",
        declare=_provider,
    ),
)
