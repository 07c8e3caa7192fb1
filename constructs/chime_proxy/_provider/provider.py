"""The function behind the sessions of a stack, and what it may do."""

from typing import Self, Unpack

from aws_cdk import Stack, aws_iam, aws_lambda
from constructs import Construct, DependencyGroup, IDependable

from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.endpoint import warn_of_end_of_support
from chime_proxy._provider.function import provider_function
from chime_proxy._provider.metrics import Monitored
from chime_proxy._provider.options import ProviderOptions, check, completed, conflicts
from chime_proxy._provider.permissions import (
    CONFIGURATION_ACTIONS,
    SESSION_ACTIONS,
    Grant,
    digest,
    policy,
    statement,
    voice_connector_key,
)
from chime_proxy._provider.publication import publish

_DEFAULT_ID = "ProxySessionProvider"


class ProxySessionProvider(Monitored):
    """The function that creates, updates and deletes proxy sessions for CloudFormation.

    One serves any number of sessions. It may call the proxy-session API on the voice connectors
    of those sessions and read the secrets and parameters that they refer to, and no others.

    Tags and a permissions boundary come from CDK's own `Tags.of` and `PermissionsBoundary.of`.

    Args:
        scope: where the provider belongs.
        construct_id: its id within the scope.
        endpoint_url: where the API is. Default: AWS's own endpoint in the stack's region, which
            AWS ended support for; synthesis warns of it.
        refused_deletion: what becomes of a Delete that the API itself refuses, as a service
            does that has ended. Default: it fails.
        memory_size: the function's memory in MiB. Default: 256.
        timeout: how long the function may take for one request, 50 seconds to 2 minutes.
            CloudFormation waits for three: over a minute leaves less of them to the request that
            Lambda repeats a minute after a crash. Default: 1 minute.
        architecture: what the function runs on. Default: `ARM_64`.
        vpc: the network that the function is in; it must lead to the API, to S3, where answers
            go, and to the secrets and parameters that sessions refer to. Default: none.
        vpc_subnets: where in the network. Default: its private subnets.
        security_groups: what guards the function there. Default: one that lets it out.
        environment_encryption: the key of the function's settings. Default: Lambda's own.
        log_group: where the function logs, with a key, a retention and a removal policy of its
            own. Default: one that is kept for three months and goes with the provider.
        role: who the function is. Permissions are added to it as far as CDK can, which leaves
            those of `without_policy_updates()` and of other accounts alone. Default: a role of
            its own.
        reserved_concurrent_executions: how many requests it serves at a time at the most, kept
            for it alone. Default: what the account has left.
        dead_letter_queue: where a request goes that was never served. It holds the request
            whole, phone numbers included. Default: nowhere.
        on_failure: what is told of such a request, numbers included. Default: nobody.

    Raises:
        ValueError: `endpoint_url` is not an http or https address, `refused_deletion` none of
            its values, `timeout` too short or too long, or nothing is reserved.
        TypeError: there is no such option.
    """

    def __init__(
        self, scope: Construct, construct_id: str, **options: Unpack[ProviderOptions]
    ) -> None:
        super().__init__(scope, construct_id)
        check(options)
        self._options = completed(options)
        self._function = provider_function(self, self._options)
        warn_of_end_of_support(self, options.get("endpoint_url"))

    @classmethod
    def of(cls, scope: Construct, **options: Unpack[ProviderOptions]) -> Self:
        """The provider that the sessions of a stack share by default, made when first asked for.

        Args:
            scope: a construct of the stack.
            options: those of a provider. Default: those of the provider that is there, or the
                defaults of a new one.

        Raises:
            ValueError: the provider is there and has other options than those asked for. Both
                values are named. Ask before the first session does, which asks for nothing.
        """
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_DEFAULT_ID)
        if not isinstance(existing, cls):
            return cls(stack, _DEFAULT_ID, **options)
        cls._agree(existing, options)
        return existing

    @classmethod
    def from_service_token(
        cls,
        scope: Construct,
        construct_id: str,
        service_token: str,
        role: aws_iam.IRole | None = None,
    ) -> "ProxySessionProvider":
        """A provider of another app, stack or account.

        Args:
            scope: where it is used.
            construct_id: its id within the scope.
            service_token: the ARN of its function, in the region of its sessions. A function of
                another account must let itself be invoked by whoever deploys here, and serves
                voice connectors of its own account.
            role: the role of its function, for sessions to bring their permission along.
                Default: they bring none. Then, as with a role of another account, it is for the
                provider's owner to permit their voice connectors, secrets and parameters.
        """
        return _ImportedProvider(scope, construct_id, service_token, role)

    @property
    def service_token(self) -> str:
        """What CloudFormation sends its requests to: the function's ARN."""
        return self.function.function_arn

    def publish(self) -> None:
        """Let plain CloudFormation templates of the same account and region use the provider.

        They find its service token and its role's name, which they attach permissions to, as the
        exports `ChimeProxyServiceToken` and `ChimeProxyRoleName` and as the SSM parameters
        `/chime-proxy/service-token` and `/chime-proxy/role-name`. There is one of each in an
        account and region, so one provider that is published.

        Raises:
            ValueError: nothing is known of the provider's role, as of one from a service token.
        """
        role = self.function.role
        if role is None:
            msg = f"{self.node.path} has no role to publish: give from_service_token its role"
            raise ValueError(msg)
        publish(self, service_token=self.service_token, role_name=role.role_name)

    def permission_for(self, scope: Construct, voice_connector_id: str) -> IDependable:
        """The policy that lets the provider serve one connector's sessions; nothing without a role.

        It is a resource of its own, so that it outlives the last session of the connector:
        CloudFormation changes policies first and deletes sessions last.

        Args:
            scope: a construct of the stack whose sessions need it; they must depend on it.
            voice_connector_id: the connector.
        """
        return self._permission("VoiceConnector", scope, voice_connector_id, SESSION_ACTIONS)

    def permission_to_configure(self, scope: Construct, voice_connector_id: str) -> IDependable:
        """The policy that lets the provider configure one connector; nothing without a role.

        Args:
            scope: a construct of the stack whose configuration needs it, and must depend on it.
            voice_connector_id: the connector.
        """
        actions = CONFIGURATION_ACTIONS
        return self._permission("VoiceConnectorProxy", scope, voice_connector_id, actions)

    def permission_to_read(self, scope: Construct, phone_number: PhoneNumber) -> IDependable:
        """The policy that lets the provider read one secret or parameter; nothing without a role.

        It is a resource of its own, as the one for a connector is.

        Args:
            scope: a construct of the stack whose sessions need it; they must depend on it.
            phone_number: what the provider reads.
        """
        stack = Stack.of(scope)
        kind, identifier = next(iter(phone_number.reference.items()))
        return self._policy(stack, f"{kind}{digest(stack, identifier)}", phone_number.grant_read)

    def _agree(self, asked: ProviderOptions) -> None:
        check(asked)
        differing = conflicts(self._options, asked)
        if differing:
            msg = f"{self.node.path} is there and shared by its stack: {'; '.join(differing)}"
            raise ValueError(msg)

    def _permission(
        self, kind: str, scope: Construct, voice_connector_id: str, actions: tuple[str, ...]
    ) -> IDependable:
        stack = Stack.of(scope)
        permitted = statement(stack, voice_connector_id, actions)
        return self._policy(
            stack,
            f"{kind}{voice_connector_key(stack, voice_connector_id)}",
            lambda made, _: made.add_statements(permitted),
        )

    def _policy(self, stack: Stack, policy_id: str, grant: Grant) -> IDependable:
        role = self.function.role
        return DependencyGroup() if role is None else policy(self, role, stack, policy_id, grant)


class _ImportedProvider(ProxySessionProvider):
    def __init__(
        self, scope: Construct, construct_id: str, service_token: str, role: aws_iam.IRole | None
    ) -> None:
        # A provider that is there already has nothing to be made of.
        Construct.__init__(self, scope, construct_id)
        self._options = {}
        self._function = aws_lambda.Function.from_function_attributes(
            self, "Resource", function_arn=service_token, role=role
        )
