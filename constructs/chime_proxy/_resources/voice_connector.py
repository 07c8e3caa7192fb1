"""The id of a voice connector, from its construct, its ARN or its configuration."""

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import aws_cdk as cdk
from aws_cdk import Fn, Reference, Stack, Token, Tokenization
from constructs import Construct

from chime_proxy._deferred_value import is_token, parameter_token
from chime_proxy._service.reference import IProxySessionService

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from aws_cdk.aws_chime import CfnVoiceConnector
    from aws_cdk.interfaces.aws_chime import IVoiceConnectorRef


class ConfiguredVoiceConnector(Construct):
    """A voice connector whose proxy configuration is in the app; its sessions depend on it."""

    _connector: str
    _service: IProxySessionService | None


VoiceConnector: TypeAlias = (
    "str | CfnVoiceConnector | IVoiceConnectorRef | ConfiguredVoiceConnector"
)


def voice_connector_id(voice_connector: VoiceConnector) -> str:
    """Find the id of a voice connector: `Ref` of `AWS::Chime::VoiceConnector` is the ARN."""
    if isinstance(voice_connector, str):
        return _id_of_ref(parameter_token(voice_connector))
    if isinstance(voice_connector, ConfiguredVoiceConnector):
        return voice_connector._connector  # noqa: SLF001 - the class's own module
    if _is_declared(voice_connector):
        return _own_id(voice_connector)
    if hasattr(voice_connector, "voice_connector_ref"):
        arn = voice_connector.voice_connector_ref.voice_connector_arn
        return Fn.select(1, Fn.split("vc/", arn))
    # The schema refuses what is none of these.
    other: Any = voice_connector
    return Token.as_string(other) if is_token(other) else other


# Every session of a connector asks for it, and each question is a call to Node.
@cache
def _own_id(connector: "CfnVoiceConnector") -> str:
    return connector.attr_voice_connector_id


def declared_connector(voice_connector: VoiceConnector) -> "CfnVoiceConnector | None":
    """Find the connector's construct if it is declared in the app."""
    if isinstance(voice_connector, str):
        return _target(voice_connector) if is_token(voice_connector) else None
    return voice_connector if _is_declared(voice_connector) else None


def _is_declared(target: object) -> TypeGuard["CfnVoiceConnector"]:
    return isinstance(target, cdk.aws_chime.CfnVoiceConnector)


@cache
def _target(token_text: str) -> "CfnVoiceConnector | None":
    token = Tokenization.reverse_string(token_text).first_token
    target = token.target if isinstance(token, Reference) else None
    return target if _is_declared(target) else None


def _id_of_ref(text: str) -> str:
    """Replace the `ref` of a connector, its ARN, by the id."""
    target = declared_connector(text)
    return text if target is None or text != target.ref else _own_id(target)


def service_of(voice_connector: VoiceConnector) -> IProxySessionService | None:
    """Find the service on which a connector is configured in the app."""
    if isinstance(voice_connector, ConfiguredVoiceConnector):
        return voice_connector._service  # noqa: SLF001 - the class's own module
    return None


def own_voice_connector_id(scope: Construct) -> str:
    """Make the id of a connector that exists in a service alone.

    It is a UUID: eight digits of the construct's path in its stack, and the rest of the stack's own
    UUID. So it stays as it is under upgrades, and two deployments of a template have two.
    """
    stack = Stack.of(scope)
    own_path = scope.node.path.removeprefix(stack.node.path)
    parts = Fn.split("-", Fn.select(2, Fn.split("/", stack.stack_id)))
    rest = [Fn.select(place, parts) for place in range(1, 5)]
    return Fn.join("-", [sha256(own_path.encode()).hexdigest()[:8], *rest])
