"""A proxy session as other constructs see it, declared in this app or elsewhere."""

from typing import Protocol

from aws_cdk import Stack, aws_iam
from constructs import Construct, IConstruct

from chime_proxy._identifier import checked_connector_id, checked_session_id
from chime_proxy._provider.permissions import voice_connector_arn
from chime_proxy._resources.voice_connector import (
    VoiceConnector,
    service_of,
    voice_connector_id,
)
from chime_proxy._service.operations import READ_SESSION, grant_operations
from chime_proxy._service.reference import IProxySessionService


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
    _service: IProxySessionService | None = None

    def grant_read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Permit `GetProxySession` on the session, with its participants' numbers.

        IAM has no narrower resource than a voice connector: the permission covers each session
        of the connector, for an application with that session's id.

        Args:
            grantee: the application's role, or another principal.
        """
        if self._service:
            arns = self._service.operation_arns(self._connector, READ_SESSION)
            return grant_operations(grantee, arns)
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
        connector = checked_connector_id(voice_connector_id(voice_connector))
        service = service_of(voice_connector)
        if service:
            return service.grant_read(grantee, voice_connector_id=connector)
        return _grant(scope, connector, grantee, "chime:GetProxySession", "chime:ListProxySessions")


class SessionReference(SessionBase):
    """A session declared elsewhere."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        voice_connector_id: str,
        proxy_session_id: str,
        service: IProxySessionService | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._connector = checked_connector_id(voice_connector_id)
        self._session = checked_session_id(proxy_session_id)
        self._service = service

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
