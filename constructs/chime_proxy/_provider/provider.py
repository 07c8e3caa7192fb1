"""The provider of proxy sessions, with its permissions."""

import re
from collections.abc import Callable
from typing import Self, TypeAlias, Unpack

from aws_cdk import Stack, Token, aws_iam, aws_lambda
from constructs import Construct, DependencyGroup, IConstruct, IDependable

from chime_proxy._deferred_value import is_lookup_dummy
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.endpoint import warn_of_end_of_support, warn_of_network
from chime_proxy._provider.function import provider_function
from chime_proxy._provider.metrics import Monitored
from chime_proxy._provider.options import ProviderOptions, check, completed, conflicts
from chime_proxy._provider.permissions import (
    CONFIGURATION_ACTIONS,
    SESSION_ACTIONS,
    Grant,
    digest,
    permit_operations,
    policy,
    statement,
    voice_connector_key,
)
from chime_proxy._provider.policy_size import PolicySize
from chime_proxy._publication import ROLE_NAME, SERVICE_TOKEN, publish
from chime_proxy._service.operations import CONFIGURATION_OPERATIONS, SESSION_OPERATIONS
from chime_proxy._service.reference import IProxySessionService
from chime_proxy._stack import stack_of

_PermissionKey: TypeAlias = tuple[Stack, str, str]

_DEFAULT_ID = "ProxySessionProvider"
_FUNCTION_ARN = re.compile(r"arn:[^:]+:lambda:[^:]+:[^:]+:function:[^:]+(:[^:]+)?")
_EXAMPLE_ARN = "arn:aws:lambda:us-east-1:123456789012:function:provider"


class ProxySessionProvider(Monitored):
    """A Lambda function, serving CloudFormation's requests for proxy sessions.

    One provider serves any number of sessions. Its role allows calls only on the voice
    connectors of these sessions, and reading only of their secrets and parameters.

    Set tags with CDK's `Tags.of`, a permissions boundary with `PermissionsBoundary.of`.

    Args:
        scope: where the provider belongs.
        construct_id: its id within the scope.
        endpoint_url: address of the API. Default: AWS's own endpoint in the stack's region.
            AWS ended support for it; synthesis warns.
        service: the service in this account whose sessions the provider keeps; in place of
            `endpoint_url`. Default: none.
        refused_deletion: outcome of a Delete the API refuses, as after its end of support.
            Default: `FAIL`.
        memory_size: the function's memory in MiB. Default: 256.
        timeout: time limit of one invocation, 50 seconds to 2 minutes. CloudFormation waits
            three minutes, and Lambda retries one minute after a crash: with over a minute, less
            time is left for the retry. Default: 1 minute.
        architecture: the function's processor architecture. Default: `ARM_64`.
        vpc: the function's network. It needs routes to the API, to S3 for the responses, and to
            Secrets Manager and Parameter Store if sessions use them. Default: none.
        vpc_subnets: the function's subnets. Default: the private ones.
        security_groups: the function's security groups. Default: a new one, open to all
            outbound traffic.
        environment_encryption: key of the function's environment variables. Default: Lambda's.
        log_group: the function's log group. Default: a new one, with three months' retention,
            deleted with the provider.
        role: the function's execution role. CDK adds permissions, except to a role of
            `without_policy_updates()` or of another account. Default: a new role.
        reserved_concurrent_executions: the largest number of concurrent requests, reserved for
            the function. Default: the account's unreserved concurrency.
        dead_letter_queue: queue for requests Lambda gave up on, whole, with phone numbers.
            Default: none.
        on_failure: destination for such requests, with phone numbers. Default: none.

    Raises:
        ValueError: `endpoint_url` is not an http or https address, or `service` is given as well,
            `refused_deletion` is none of its values, `timeout` is too short or too long, or the reserved concurrency is 0.
        TypeError: An option is unknown.
    """

    def __init__(
        self, scope: Construct, construct_id: str, **options: Unpack[ProviderOptions]
    ) -> None:
        super().__init__(scope, construct_id)
        check(options)
        self._options = completed(options)
        self._serve_by(provider_function(self, self._options))
        if options.get("service") is None:
            warn_of_end_of_support(self, options.get("endpoint_url"))
        elif options.get("vpc") is not None:
            warn_of_network(self)

    @classmethod
    def of(cls, scope: Construct, **options: Unpack[ProviderOptions]) -> Self:
        """Return the default provider of a stack's sessions; the first call makes it.

        Args:
            scope: a construct of the stack.
            options: options of a provider. Default: those of the existing provider, or the
                defaults of a new one.

        Raises:
            ValueError: The stack already has a default provider with other options. Call this
                before the first session, which makes a provider with defaults.
        """
        stack = stack_of(scope)
        existing = _shared_provider(stack)
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
        service: IProxySessionService | None = None,
    ) -> "ProxySessionProvider":
        """Return a provider of another app, stack or account.

        Args:
            scope: where the provider is used.
            construct_id: its id within the scope.
            service_token: the function's ARN, in the region of the sessions. A function of
                another account must allow the deployer here to invoke it, and serves voice
                connectors of its own account.
            role: the function's role; the sessions' stacks attach permissions to it. Default:
                none. Then, as with a role of another account, the provider's owner must allow
                the voice connectors, secrets and parameters.
            service: the service whose sessions the provider keeps. Default: none; then the
                permissions are those of the API `chime`.

        Raises:
            ValueError: `service_token` is not the ARN of a Lambda function.
        """
        return _ImportedProvider(scope, construct_id, service_token, role, service)

    @property
    def service(self) -> IProxySessionService | None:
        """The service whose sessions the provider keeps; None if it has an `endpoint_url`."""
        return self._options.get("service")

    @property
    def service_token(self) -> str:
        """The function's ARN, the ServiceToken of custom resources."""
        return self._service_token

    def publish(self) -> None:
        """Publish the service token and the role's name for plain CloudFormation templates.

        Templates of the same account and region find them as the exports
        `ChimeProxyServiceToken` and `ChimeProxyRoleName` and as the SSM parameters
        `/chime-proxy/service-token` and `/chime-proxy/role-name`. The names are fixed, so
        publish one provider in each account and region.

        Raises:
            ValueError: The role is unknown: the provider is from a service token without one.
        """
        role = self._role
        if role is None:
            msg = f"the role of {self.node.path} is unknown: pass role to from_service_token"
            raise ValueError(msg)
        publish(self, {SERVICE_TOKEN: self.service_token, ROLE_NAME: role.role_name})

    def permission_for(self, scope: Construct, voice_connector_id: str) -> IDependable:
        """Return the policy for sessions on one connector; empty if the role is unknown.

        The policy is a separate resource, because CloudFormation changes policies first and
        deletes sessions last: the last session needs it for its own Delete.

        Args:
            scope: a construct of the sessions' stack. The sessions must depend on the policy.
            voice_connector_id: the connector.

        Raises:
            ValueError: `voice_connector_id` is empty.
        """
        return self._permission(
            "VoiceConnector", scope, voice_connector_id, SESSION_ACTIONS, SESSION_OPERATIONS
        )

    def permission_to_configure(self, scope: Construct, voice_connector_id: str) -> IDependable:
        """Return the policy for the proxy configuration of one connector; empty without a role.

        Args:
            scope: a construct of the configuration's stack. It must depend on the policy.
            voice_connector_id: the connector.

        Raises:
            ValueError: `voice_connector_id` is empty.
        """
        return self._permission(
            "VoiceConnectorProxy",
            scope,
            voice_connector_id,
            CONFIGURATION_ACTIONS,
            CONFIGURATION_OPERATIONS,
        )

    def permission_to_read(self, scope: Construct, phone_number: PhoneNumber) -> IDependable:
        """Return the policy for reading one secret or parameter; empty if the role is unknown.

        The policy is a separate resource, like that of a connector.

        Args:
            scope: a construct of the sessions' stack. The sessions must depend on the policy.
            phone_number: the secret or parameter.
        """
        stack = stack_of(scope)
        kind, identifier = next(iter(phone_number.reference.items()))
        return self._once(
            (stack, kind, identifier),
            lambda: self._policy(
                stack, f"{kind}{digest(stack, identifier)}", phone_number.grant_read
            ),
        )

    def _agree(self, requested: ProviderOptions) -> None:
        check(requested)
        differing = conflicts(self._options, requested)
        if differing:
            msg = (
                f"the stack already has a shared provider ({self.node.path}) with other options: "
                f"{'; '.join(differing)}"
            )
            raise ValueError(msg)

    def _permission(
        self,
        kind: str,
        scope: Construct,
        voice_connector_id: str,
        actions: tuple[str, ...],
        operations: tuple[tuple[str, str], ...],
    ) -> IDependable:
        if not voice_connector_id:
            msg = "voice_connector_id must not be empty"
            raise ValueError(msg)
        stack = stack_of(scope)
        return self._once(
            (stack, kind, voice_connector_id),
            lambda: self._new_permission(kind, stack, voice_connector_id, actions, operations),
        )

    def _once(self, key: _PermissionKey, make: Callable[[], IDependable]) -> IDependable:
        # All sessions of a connector share its policy, and to find it takes twenty calls to Node.
        if key not in self._permissions:
            self._permissions[key] = make()
        return self._permissions[key]

    def _new_permission(
        self,
        kind: str,
        stack: Stack,
        voice_connector_id: str,
        actions: tuple[str, ...],
        operations: tuple[tuple[str, str], ...],
    ) -> IDependable:
        policy_id = f"{kind}{voice_connector_key(stack, voice_connector_id)}"
        service = self._options.get("service")
        if service is None:
            permitted = statement(stack, voice_connector_id, actions)
            return self._policy(stack, policy_id, lambda made, _: made.add_statements(permitted))
        arns = service.operation_arns(voice_connector_id, operations)
        made = self._policy(stack, policy_id, lambda made, _: permit_operations(made, arns))
        return DependencyGroup(made, service.serving)

    def _policy(self, stack: Stack, policy_id: str, grant: Grant) -> IDependable:
        if self._role is None or self._policy_size is None:
            return DependencyGroup()
        made = policy(self, self._role, stack, policy_id, grant)
        self._policy_size.add(made)
        return made

    def _serve_by(self, function: aws_lambda.IFunction) -> None:
        self._function = function
        # Kept, since each look at the function is a call to Node.
        self._service_token = function.function_arn
        self._role = function.role
        self._permissions: dict[_PermissionKey, IDependable] = {}
        self._policy_size = None if self._role is None else PolicySize(self, self._role)
        if self._policy_size:
            self.node.add_validation(self._policy_size)


class _ImportedProvider(ProxySessionProvider):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        service_token: str,
        role: aws_iam.IRole | None,
        service: IProxySessionService | None,
    ) -> None:
        # ProxySessionProvider.__init__ would make a function.
        Construct.__init__(self, scope, construct_id)
        function_arn = _function_arn(service_token)
        self._options = {"service": service}
        self._serve_by(
            aws_lambda.Function.from_function_attributes(
                self, "Resource", function_arn=function_arn, role=role
            )
        )


_shared: dict[Stack, IConstruct] = {}


def _shared_provider(stack: Stack) -> IConstruct | None:
    if stack not in _shared:
        found = stack.node.try_find_child(_DEFAULT_ID)
        if found is None:
            return None
        _shared[stack] = found
    return _shared[stack]


def _function_arn(service_token: str) -> str:
    # CDK takes no dummy for an ARN. The template of a synthesis with dummies is thrown away.
    arn = _EXAMPLE_ARN if is_lookup_dummy(service_token) else service_token
    if not Token.is_unresolved(arn) and not _FUNCTION_ARN.fullmatch(arn):
        msg = f"service_token must be the ARN of a Lambda function, such as {_EXAMPLE_ARN}"
        raise ValueError(msg)
    return arn
