"""The custom resource behind every construct, and its dependencies."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CustomResource, Duration, RemovalPolicy
from constructs import Construct, IDependable

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


def depend(
    resource: CustomResource,
    provider: ProxySessionProvider,
    permission: IDependable,
    numbers: object,
) -> None:
    """Make a resource depend on the permissions its provider needs."""
    # A token has its place for a whole list.
    listed = numbers if isinstance(numbers, Sequence) else [numbers]
    references = [number for number in listed if isinstance(number, PhoneNumber)]
    readings = [provider.permission_to_read(resource, reference) for reference in references]
    resource.node.add_dependency(permission, *readings)
