"""The function behind the sessions of a stack, and what it may do."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Self
from urllib.parse import urlsplit

from aws_cdk import (
    Annotations,
    ArnFormat,
    Duration,
    Reference,
    RemovalPolicy,
    Stack,
    Token,
    Tokenization,
    aws_iam,
    aws_lambda,
    aws_logs,
)
from constructs import Construct

from chime_proxy._code import ARCHITECTURE, HANDLER, RUNTIME, provider_code
from chime_proxy._options import RefusedDeletion
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._publication import publish

_DEFAULT_ID = "ProxySessionProvider"
_ACTIONS = (
    "chime:CreateProxySession",
    "chime:DeleteProxySession",
    "chime:GetProxySession",
    "chime:ListProxySessions",
    "chime:UpdateProxySession",
)
_TIMEOUT = Duration.minutes(1)
_WEB_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_END_OF_SUPPORT_ID = "cdk-chime-proxy:endOfSupport"
_END_OF_SUPPORT = (
    "AWS ended support for proxy sessions on 2026-04-07: its endpoint may refuse every call. "
    "Set endpoint_url of the ProxySessionProvider to a service that still answers them"
)


class ProxySessionProvider(Construct):
    """The function that creates, updates and deletes proxy sessions for CloudFormation.

    One serves any number of sessions. It may call the proxy-session API on the voice connectors
    of those sessions and read the secrets and parameters that they refer to, and no others.

    Args:
        scope: where the provider belongs.
        construct_id: its id within the scope.
        endpoint_url: where the API is. Default: AWS's own endpoint in the stack's region, which
            AWS ended support for; synthesis warns of it.
        refused_deletion: what becomes of a Delete that the API itself refuses, as a service
            does that has ended. Default: it fails.

    Raises:
        ValueError: `endpoint_url` is not an http or https address, or `refused_deletion` none of
            its values.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_url: str | None = None,
        refused_deletion: RefusedDeletion = RefusedDeletion.FAIL,
    ) -> None:
        super().__init__(scope, construct_id)
        self._role = aws_iam.Role(
            self, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")
        )
        self._function = aws_lambda.Function(
            self,
            "Resource",
            description="Custom::ChimeProxySession: proxy sessions for CloudFormation",
            code=provider_code(),
            handler=HANDLER,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=256,
            timeout=_TIMEOUT,
            role=self._role,
            log_group=self._log_group(),
            environment=_environment(endpoint_url, refused_deletion),
        )
        if _is_aws(endpoint_url):
            Annotations.of(self).add_warning_v2(_END_OF_SUPPORT_ID, _END_OF_SUPPORT)

    @classmethod
    def of(cls, scope: Construct) -> Self:
        """The provider that the sessions of a stack share by default, made when first asked for."""
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_DEFAULT_ID)
        return existing if isinstance(existing, cls) else cls(stack, _DEFAULT_ID)

    @property
    def service_token(self) -> str:
        """What CloudFormation sends its requests to: the function's ARN."""
        return self._function.function_arn

    def publish(self) -> None:
        """Let plain CloudFormation templates of the same account and region use the provider.

        They find its service token and its role's name, which they attach permissions to, as the
        exports `ChimeProxyServiceToken` and `ChimeProxyRoleName` and as the SSM parameters
        `/chime-proxy/service-token` and `/chime-proxy/role-name`. There is one of each in an
        account and region, so one provider that is published.
        """
        publish(self, service_token=self.service_token, role_name=self._role.role_name)

    def permission_for(self, scope: Construct, voice_connector_id: str) -> aws_iam.Policy:
        """The policy that lets the provider serve one connector.

        It is a resource of its own, so that it outlives the last session of the connector:
        CloudFormation changes policies first and deletes sessions last.

        Args:
            scope: a construct of the stack whose sessions need it; they must depend on it.
            voice_connector_id: the connector.
        """
        stack = Stack.of(scope)
        return self._policy(
            stack,
            f"VoiceConnector{_key(stack, voice_connector_id)}",
            lambda policy: policy.add_statements(_statement(stack, voice_connector_id)),
        )

    def permission_to_read(self, scope: Construct, phone_number: PhoneNumber) -> aws_iam.Policy:
        """The policy that lets the provider read one secret or parameter.

        It is a resource of its own, as the one for a connector is.

        Args:
            scope: a construct of the stack whose sessions need it; they must depend on it.
            phone_number: what the provider reads.
        """
        stack = Stack.of(scope)
        kind, identifier = next(iter(phone_number.reference.items()))
        return self._policy(
            stack,
            f"{kind}{_digest(stack, identifier)}",
            lambda policy: phone_number.grant_read(policy, self._role),
        )

    def _policy(
        self, stack: Stack, policy_id: str, grant: Callable[[aws_iam.Policy], None]
    ) -> aws_iam.Policy:
        holder = self if stack is Stack.of(self) else stack
        if holder is stack:
            policy_id = f"{_DEFAULT_ID}{self.node.addr[-8:]}{policy_id}"
        existing = holder.node.try_find_child(policy_id)
        if isinstance(existing, aws_iam.Policy):
            return existing
        policy = aws_iam.Policy(holder, policy_id, roles=[self._role])
        grant(policy)
        return policy

    def _log_group(self) -> aws_logs.LogGroup:
        log_group = aws_logs.LogGroup(
            self,
            "LogGroup",
            retention=aws_logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        log_group.grant_write(self._role)
        return log_group


def _environment(endpoint_url: str | None, refused_deletion: RefusedDeletion) -> dict[str, str]:
    if refused_deletion not in list(RefusedDeletion):
        msg = f"refused_deletion must be one of {', '.join(RefusedDeletion)}"
        raise ValueError(msg)
    deletion = {"REFUSED_DELETION": str(refused_deletion)}
    if endpoint_url is None:
        return deletion
    if not Token.is_unresolved(endpoint_url) and not _WEB_ADDRESS.fullmatch(endpoint_url):
        msg = "endpoint_url must be an http or https address"
        raise ValueError(msg)
    # The SDK's own name for the setting, so the handler has nothing to read.
    return {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": endpoint_url, **deletion}


def _is_aws(endpoint_url: str | None) -> bool:
    if endpoint_url is None:
        return True
    if Token.is_unresolved(endpoint_url):
        return False
    host = (urlsplit(endpoint_url).hostname or "").rstrip(".")
    return host.startswith("voice-chime") and host.endswith(_AWS_DOMAINS)


def _key(stack: Stack, voice_connector_id: str) -> str:
    if not Token.is_unresolved(voice_connector_id):
        return voice_connector_id
    return _digest(stack, voice_connector_id)


def _digest(stack: Stack, value: str) -> str:
    # A reference into another stack does not say which one until synthesis.
    tokens = Tokenization.reverse_string(value).tokens
    targets = [token.target.node.addr for token in tokens if isinstance(token, Reference)]
    reference = json.dumps([stack.resolve(value), targets], sort_keys=True)
    return sha256(reference.encode()).hexdigest()[:8]


def _statement(stack: Stack, voice_connector_id: str) -> aws_iam.PolicyStatement:
    voice_connector = stack.format_arn(
        service="chime",
        resource="vc",
        resource_name=voice_connector_id,
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
    return aws_iam.PolicyStatement(actions=list(_ACTIONS), resources=[voice_connector])
