"""The custom resource behind every construct, and its dependencies."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from aws_cdk import CustomResource, Duration, RemovalPolicy, aws_iam
from constructs import Construct, DependencyGroup, IDependable

from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._service.reference import IProxySessionService

# Longer than the function's own minute, with room for Lambda's retry a minute after a crash. It is
# a property of every resource: a change would update them all.
_SERVICE_TIMEOUT = Duration.minutes(3)


def provider_of(
    scope: Construct, service: IProxySessionService | None, given: ProxySessionProvider | None
) -> ProxySessionProvider:
    """Return the provider of a resource: the given one, or the one that the stack shares.

    Raises:
        ValueError: the resource is on a service, and the given provider is not.
    """
    if given is not None:
        if service is not None and given.service is not service:
            msg = (
                f"{given.node.path} is not a provider of the service {service.node.path}: pass "
                "service to the provider, or leave the provider out"
            )
            raise ValueError(msg)
        return given
    if service is None:
        return ProxySessionProvider.of(scope)
    return ProxySessionProvider.of(scope, service=service)


def custom_resource(
    scope: Construct,
    provider: ProxySessionProvider,
    resource_type: str,
    properties: Mapping[str, Any],
    removal_policy: RemovalPolicy | None,
) -> CustomResource:
    """Declare the custom resource of a construct, served by a provider."""
    return CustomResource(
        scope,
        "Resource",
        resource_type=resource_type,
        service_token=provider.service_token,
        service_timeout=_SERVICE_TIMEOUT,
        removal_policy=removal_policy,
        properties=properties,
    )


def readings(
    scope: Construct, provider: ProxySessionProvider, numbers: object
) -> list[IDependable]:
    """Return the provider's permissions to read those numbers that are a `PhoneNumber`."""
    # A token has its place for a whole list.
    listed = numbers if isinstance(numbers, Sequence) else [numbers]
    return [
        provider.permission_to_read(scope, number)
        for number in listed
        if isinstance(number, PhoneNumber)
    ]


def depend(resource: CustomResource, *needed: IDependable) -> None:
    """Make a resource depend on others, which it may share with further resources."""
    _grant_after(needed).apply_before(resource)


# A resource's own node would be a call to Node, and its dependency another. A grant makes any
# resource depend on it in one call, and the resources of a connector need the same.
@lru_cache
def _grant_after(needed: tuple[IDependable, ...]) -> aws_iam.Grant:
    """Return a grant of nothing that is there after others."""
    return aws_iam.Grant.add_to_principal(
        grantee=_Principal(DependencyGroup(*needed)), actions=[], resource_arns=[]
    )


class _Principal(aws_iam.StarPrincipal):
    def __init__(self, needed: IDependable) -> None:
        super().__init__()
        self._needed = needed

    def add_to_principal_policy(
        self, _statement: aws_iam.PolicyStatement
    ) -> aws_iam.AddToPrincipalPolicyResult:
        return aws_iam.AddToPrincipalPolicyResult(
            statement_added=True, policy_dependable=self._needed
        )
