"""A proxy session as other constructs see it, declared in this app or elsewhere."""

import re
from typing import Protocol

from aws_cdk import Stack, aws_iam
from constructs import Construct, IConstruct

from chime_proxy._deferred_value import is_deferred
from chime_proxy._provider.permissions import voice_connector_arn
from chime_proxy._resource_schema import PROXY_SESSION, resource_schema
from chime_proxy._resources.voice_connector import VoiceConnector, voice_connector_id
from chime_proxy._service.operations import READ_SESSION
from chime_proxy._service.service import ProxySessionService


class IProxySession(IConstruct, Protocol):
    """A proxy session, declared in this app or elsewhere."""

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""

    @property
    def voice_connector_id(self) -> str:
        """The id of the session's voice connector."""

    def grant_read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Permit `GetProxySession` on the session; see `ProxySession.grant_read`.

        Args:
            grantee: the application's role, or another principal.
        """


class SessionBase(Construct):
    """The permissions to read sessions, as every kind of session grants them."""

    _connector: str
    _service: ProxySessionService | None = None

    def grant_read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Permit `GetProxySession` on the session, with its participants' numbers.

        IAM has no narrower resource than a voice connector: the permission covers each session
        of the connector, for an application with that session's id.

        Args:
            grantee: the application's role, or another principal.
        """
        if self._service:
            arns = self._service.operation_arns(self._connector, READ_SESSION)
            return aws_iam.Grant.add_to_principal(
                grantee=grantee, actions=["execute-api:Invoke"], resource_arns=arns
            )
        return _grant(self, self._connector, grantee, "chime:GetProxySession")

    @staticmethod
    def grant_read_all(
        scope: Construct, grantee: aws_iam.IGrantable, *, voice_connector: VoiceConnector
    ) -> aws_iam.Grant:
        """Permit `ListProxySessions` and `GetProxySession` on a voice connector.

        The application sees all participants' numbers, also of sessions declared in no stack.

        Args:
            scope: a construct of a stack in the voice connector's account and region.
            grantee: the application's role, or another principal.
            voice_connector: an id (not an ARN), or the connector's construct.

        Raises:
            ValueError: `voice_connector` is not an id.
        """
        connector = _checked(voice_connector_id(voice_connector))
        return _grant(scope, connector, grantee, "chime:GetProxySession", "chime:ListProxySessions")


class SessionReference(SessionBase):
    """A session declared elsewhere."""

    def __init__(
        self, scope: Construct, construct_id: str, *, voice_connector_id: str, proxy_session_id: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._connector = _checked(voice_connector_id)
        self._session = _matching("proxy_session_id", proxy_session_id, "AdoptProxySessionId")

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""
        return self._session

    @property
    def voice_connector_id(self) -> str:
        """The id of the session's voice connector."""
        return self._connector


def _grant(
    scope: Construct, connector: str, grantee: aws_iam.IGrantable, *actions: str
) -> aws_iam.Grant:
    arn = voice_connector_arn(Stack.of(scope), connector)
    return aws_iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=[arn]
    )


def _checked(connector: str) -> str:
    # With an ARN in its place, the resource of the policy would match nothing.
    return _matching("the voice connector", connector, "VoiceConnectorId")


def _matching(name: str, value: str, schema_property: str) -> str:
    shape = resource_schema(PROXY_SESSION)["properties"][schema_property]
    is_match = isinstance(value, str) and re.fullmatch(shape["pattern"], value)
    if not is_match and not is_deferred(value):
        msg = f"{name} must be {shape['$comment']}"
        raise ValueError(msg)
    return value
