"""What the provider may do for one voice connector, secret or parameter."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TypeAlias

from aws_cdk import ArnFormat, Fn, Reference, Stack, Token, Tokenization, aws_iam
from constructs import Construct

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

Grant: TypeAlias = Callable[[aws_iam.Policy, aws_iam.IRole], None]


def policy(
    provider: Construct, role: aws_iam.IRole, stack: Stack, policy_id: str, grant: Grant
) -> aws_iam.Policy:
    """A policy for the provider's role, in the stack that needs it, made when first asked for.

    A role that is not to be changed is left alone: then the policy is in no template.
    """
    name = policy_name(provider, stack, policy_id)
    holder: Construct = provider if stack is Stack.of(provider) else stack
    if holder is stack:
        policy_id = f"ProxySessionProvider{provider.node.addr[-8:]}{policy_id}"
    existing = holder.node.try_find_child(policy_id)
    if isinstance(existing, aws_iam.Policy):
        return existing
    made = aws_iam.Policy(holder, policy_id, policy_name=name)
    role.attach_inline_policy(made)
    grant(made, role)
    return made


def policy_name(provider: Construct, stack: Stack, policy_id: str) -> str:
    """A name that no policy of another stack has, deployed wherever and as often as it may be.

    A role has one inline policy of a name: of two stacks with the same one, each would overwrite
    the other's, and the first to be deleted would take it along.
    """
    unique = Fn.select(2, Fn.split("/", stack.stack_id))
    return f"{policy_id}-{provider.node.addr[-8:]}-{unique}"


def statement(
    stack: Stack, voice_connector_id: str, actions: tuple[str, ...]
) -> aws_iam.PolicyStatement:
    """Leave for some actions on one voice connector."""
    return aws_iam.PolicyStatement(
        actions=list(actions), resources=[voice_connector_arn(stack, voice_connector_id)]
    )


def voice_connector_arn(stack: Stack, voice_connector_id: str) -> str:
    """The ARN of a voice connector where the stack is: the narrowest resource that IAM knows here."""
    return stack.format_arn(
        service="chime",
        resource="vc",
        resource_name=voice_connector_id,
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )


def voice_connector_key(stack: Stack, voice_connector_id: str) -> str:
    """A part of a construct's id that is the same for one voice connector, and that no other has."""
    if not Token.is_unresolved(voice_connector_id):
        return voice_connector_id
    return digest(stack, voice_connector_id)


def digest(stack: Stack, value: str) -> str:
    """A short text that is the same for one value, token or not."""
    # A reference into another stack does not say which one until synthesis.
    tokens = Tokenization.reverse_string(value).tokens
    targets = [token.target.node.addr for token in tokens if isinstance(token, Reference)]
    reference = json.dumps([stack.resolve(value), targets], sort_keys=True)
    return sha256(reference.encode()).hexdigest()[:8]
