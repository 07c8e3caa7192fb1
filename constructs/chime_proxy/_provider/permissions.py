"""Policies for one voice connector, secret or parameter."""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any, TypeAlias

from aws_cdk import (
    Acknowledgment,
    ArnFormat,
    Fn,
    Reference,
    Stack,
    Token,
    Tokenization,
    Validations,
    aws_iam,
)
from constructs import Construct

from chime_proxy._service.operations import INVOKE
from chime_proxy._stack import stack_of

SESSION_ACTIONS = (
    "chime:CreateProxySession",
    "chime:DeleteProxySession",
    "chime:GetProxySession",
    "chime:ListProxySessions",
    "chime:UpdateProxySession",
)
CONFIGURATION_ACTIONS = (
    "chime:DeleteVoiceConnectorProxy",
    "chime:GetVoiceConnectorProxy",
    "chime:PutVoiceConnectorProxy",
)

_STARS = (
    "A method is part of each operation, and sessions get their ids when they are created; the path "
    "names their voice connector."
)

Grant: TypeAlias = Callable[[aws_iam.Policy, aws_iam.IRole], None]


def policy(
    provider: Construct, role: aws_iam.IRole, stack: Stack, policy_id: str, grant: Grant
) -> aws_iam.Policy:
    """Return the policy of an id, attached to the role, in the stack of the sessions.

    The first call makes it. Without effect on a role CDK may not change.
    """
    name = policy_name(provider, stack, policy_id)
    holder: Construct = provider if stack is stack_of(provider) else stack
    if holder is stack:
        policy_id = f"ProxySessionProvider{_address(provider)}{policy_id}"
    existing = holder.node.try_find_child(policy_id)
    if isinstance(existing, aws_iam.Policy):
        return existing
    made = aws_iam.Policy(holder, policy_id, policy_name=name)
    role.attach_inline_policy(made)
    grant(made, role)
    return made


def policy_name(provider: Construct, stack: Stack, policy_id: str) -> str:
    """Return a policy name with the stack's GUID, so unique among all deployed stacks.

    Names of inline policies are unique within a role: two stacks with the same name would
    overwrite each other's policy, and deleting one stack would delete it for both.
    """
    return f"{policy_id}-{_address(provider)}-{_guid(stack)}"


@cache
def _address(provider: Construct) -> str:
    return provider.node.addr[-8:]


@cache
def _guid(stack: Stack) -> str:
    return Fn.select(2, Fn.split("/", stack.stack_id))


def statement(
    stack: Stack, voice_connector_id: str, actions: tuple[str, ...]
) -> aws_iam.PolicyStatement:
    """Allow some actions on one voice connector."""
    return aws_iam.PolicyStatement(
        actions=list(actions), resources=[voice_connector_arn(stack, voice_connector_id)]
    )


def permit_operations(permission: aws_iam.Policy, arns: list[str]) -> None:
    """Allow operations of an API, and acknowledge cdk-nag's findings on the stars in them."""
    permission.add_statements(aws_iam.PolicyStatement(actions=[INVOKE], resources=arns))
    for arn in arns:
        finding = f"AwsSolutions-IAM5[Resource::{_shown(Stack.of(permission).resolve(arn))}]"
        Validations.of(permission).acknowledge(Acknowledgment(id=finding, reason=_STARS))


def voice_connector_arn(stack: Stack, voice_connector_id: str) -> str:
    """Return the ARN of a voice connector, the narrowest resource IAM accepts for proxy sessions."""
    return stack.format_arn(
        service="chime",
        resource="vc",
        resource_name=voice_connector_id,
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )


def voice_connector_key(stack: Stack, voice_connector_id: str) -> str:
    """Return the connector's id, or a digest if it is a token; part of a construct's id."""
    if not Token.is_unresolved(voice_connector_id):
        return voice_connector_id
    return digest(stack, voice_connector_id)


def digest(stack: Stack, value: str) -> str:
    """Return 8 hex digits, the same for equal values, tokens included."""
    # A reference into another stack resolves to its own attribute only; the target tells stacks apart.
    tokens = Tokenization.reverse_string(value).tokens
    targets = [token.target.node.addr for token in tokens if isinstance(token, Reference)]
    reference = json.dumps([stack.resolve(value), targets], sort_keys=True)
    return sha256(reference.encode()).hexdigest()[:8]


def _shown(value: Any) -> str:
    """Write a resolved value as cdk-nag does in its findings."""
    match value:
        case {"Fn::Join": [str(delimiter), list(parts)]}:
            return delimiter.join(map(_shown, parts))
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
        case _:
            return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
