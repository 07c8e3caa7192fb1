"""A service as other constructs see it, declared in this app or elsewhere."""

import re
from collections.abc import Sequence
from typing import Protocol

from aws_cdk import aws_iam
from constructs import Construct, DependencyGroup, IConstruct, IDependable

from chime_proxy._deferred_value import is_deferred
from chime_proxy._identifier import checked_connector_id
from chime_proxy._provider.endpoint import check_endpoint
from chime_proxy._service.capability_check import CapabilityCheck
from chime_proxy._service.operations import READ_SESSIONS, SESSION_OPERATIONS, grant_operations

_API_ARN = re.compile(r"arn:[^:]+:execute-api:[^:]+:\d{12}:[^:/]+/[^:/]+")
_EXAMPLE_ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default"


class IProxySessionService(IConstruct, Protocol):
    """A service, declared in this app or elsewhere."""

    @property
    def endpoint_url(self) -> str:
        """The address of the API, for AWS's SDKs and CLI."""

    @property
    def api_arn(self) -> str:
        """The ARN of the API's stage; a method and a path follow it in a permission."""

    @property
    def serving(self) -> IDependable:
        """Everything that has to be there before the API answers; nothing if it is elsewhere."""

    def grant_sessions(
        self, grantee: aws_iam.IGrantable, *, voice_connector_id: str
    ) -> aws_iam.Grant:
        """Permit the five operations on the proxy sessions of one voice connector.

        Args:
            grantee: the application's role, or another principal of this account. A role belongs
                into the stack of the connector's configuration, or after it.
            voice_connector_id: the connector, such as `VoiceConnectorProxy.voice_connector_id`.
        """

    def grant_read(self, grantee: aws_iam.IGrantable, *, voice_connector_id: str) -> aws_iam.Grant:
        """Permit `GetProxySession` and `ListProxySessions` on one voice connector.

        Args:
            grantee: the application's role, or another principal of this account.
            voice_connector_id: the connector.
        """

    def operation_arns(
        self, voice_connector_id: str, operations: Sequence[tuple[str, str]]
    ) -> list[str]:
        """Return the ARNs of operations on one voice connector, each a method and a path."""


class ServiceBase(Construct):
    """The permissions to call a service, as every kind of service grants them."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.capability_check = CapabilityCheck()

    @property
    def api_arn(self) -> str:
        """The ARN of the API's stage; a method and a path follow it in a permission."""
        raise NotImplementedError

    def grant_sessions(
        self, grantee: aws_iam.IGrantable, *, voice_connector_id: str
    ) -> aws_iam.Grant:
        """Permit the five operations on the proxy sessions of one voice connector.

        Args:
            grantee: the application's role, or another principal of this account. A role belongs
                into the stack of the connector's configuration, or after it.
            voice_connector_id: the connector, such as `VoiceConnectorProxy.voice_connector_id`.

        Raises:
            ValueError: `voice_connector_id` is not an id, such as an ARN.
        """
        return self._grant(grantee, voice_connector_id, SESSION_OPERATIONS)

    def grant_read(self, grantee: aws_iam.IGrantable, *, voice_connector_id: str) -> aws_iam.Grant:
        """Permit `GetProxySession` and `ListProxySessions` on one voice connector.

        Args:
            grantee: the application's role, or another principal of this account.
            voice_connector_id: the connector.

        Raises:
            ValueError: `voice_connector_id` is not an id, such as an ARN.
        """
        return self._grant(grantee, voice_connector_id, READ_SESSIONS)

    def operation_arns(
        self, voice_connector_id: str, operations: Sequence[tuple[str, str]]
    ) -> list[str]:
        """Return the ARNs of operations on one voice connector, each a method and a path."""
        return [
            f"{self.api_arn}/{method}/voice-connectors/{voice_connector_id}/{path}"
            for method, path in operations
        ]

    def _grant(
        self,
        grantee: aws_iam.IGrantable,
        voice_connector_id: str,
        operations: Sequence[tuple[str, str]],
    ) -> aws_iam.Grant:
        checked_connector_id(voice_connector_id, "voice_connector_id")
        return grant_operations(grantee, self.operation_arns(voice_connector_id, operations))


class ServiceReference(ServiceBase):
    """A service declared elsewhere."""

    def __init__(
        self, scope: Construct, construct_id: str, *, endpoint_url: str, api_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        check_endpoint(endpoint_url or "")
        _check_api_arn(api_arn)
        self._endpoint_url = endpoint_url
        self._api_arn = api_arn
        self._serving = DependencyGroup()

    @property
    def endpoint_url(self) -> str:
        """The address of the API, for AWS's SDKs and CLI."""
        return self._endpoint_url

    @property
    def api_arn(self) -> str:
        """The ARN of the API's stage; a method and a path follow it in a permission."""
        return self._api_arn

    @property
    def serving(self) -> IDependable:
        """Nothing: the service is there already."""
        return self._serving


def _check_api_arn(api_arn: str) -> None:
    if is_deferred(api_arn):
        return
    if not isinstance(api_arn, str) or not _API_ARN.fullmatch(api_arn):
        msg = f"api_arn must be the ARN of a stage of an HTTP API, such as {_EXAMPLE_ARN}"
        raise ValueError(msg)
