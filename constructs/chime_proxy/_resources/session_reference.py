"""A proxy session as other constructs see it, whether this app declares it or not."""

import re
from typing import Protocol

from aws_cdk import Stack, Token, aws_iam
from constructs import Construct, IConstruct

from chime_proxy._provider.permissions import voice_connector_arn
from chime_proxy._resource_schema import PROXY_SESSION, resource_schema
from chime_proxy._resources.voice_connector import VoiceConnector, voice_connector_id


class IProxySession(IConstruct, Protocol):
    """A proxy session, declared in this app or elsewhere."""

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""

    @property
    def voice_connector_id(self) -> str:
        """The id of the voice connector that carries the session."""

    def grant_read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Let an application look at the session with `GetProxySession`.

        IAM knows nothing narrower than a voice connector: whoever may look at one session may
        look at each one of its connector whose id they know. They see the participants' numbers.

        Args:
            grantee: who looks at it.
        """


class SessionBase(Construct):
    """What every session offers, once it knows its voice connector."""

    _connector: str

    def grant_read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Let an application look at the session with `GetProxySession`.

        IAM knows nothing narrower than a voice connector: whoever may look at one session may
        look at each one of its connector whose id they know. They see the participants' numbers.

        Args:
            grantee: who looks at it.
        """
        return _grant(self, self._connector, grantee, "chime:GetProxySession")

    @staticmethod
    def grant_read_all(
        scope: Construct, grantee: aws_iam.IGrantable, *, voice_connector: VoiceConnector
    ) -> aws_iam.Grant:
        """Let an application list the sessions of a voice connector and look at each.

        It sees the numbers of all participants, those of sessions that no stack declares too.

        Args:
            scope: a construct of a stack in the voice connector's account and region.
            grantee: who looks at them.
            voice_connector: an id (not an ARN), or the connector's construct.

        Raises:
            ValueError: `voice_connector` is not an id.
        """
        connector = _checked(voice_connector_id(voice_connector))
        return _grant(scope, connector, grantee, "chime:GetProxySession", "chime:ListProxySessions")


class SessionReference(SessionBase):
    """A session that is declared elsewhere."""

    def __init__(
        self, scope: Construct, construct_id: str, *, voice_connector_id: str, proxy_session_id: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._connector = _checked(voice_connector_id)
        self._session = proxy_session_id

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""
        return self._session

    @property
    def voice_connector_id(self) -> str:
        """The id of the voice connector that carries the session."""
        return self._connector


def _grant(
    scope: Construct, connector: str, grantee: aws_iam.IGrantable, *actions: str
) -> aws_iam.Grant:
    arn = voice_connector_arn(Stack.of(scope), connector)
    return aws_iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=[arn]
    )


def _checked(connector: str) -> str:
    shape = resource_schema(PROXY_SESSION)["properties"]["VoiceConnectorId"]
    if not Token.is_unresolved(connector) and not re.fullmatch(shape["pattern"], connector):
        # An ARN would make a permission that permits nothing.
        msg = f"the voice connector must be {shape['$comment']}"
        raise ValueError(msg)
    return connector
