"""What the constructs of all types of resources have in common."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import CustomResource, Duration, RemovalPolicy
from constructs import Construct, IDependable

from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider

# Over the function's own minute, with room for the delivery that Lambda repeats a minute after a
# crash. It is a property of every resource: changing it would update them all.
_SERVICE_TIMEOUT = Duration.minutes(3)


def custom_resource(
    scope: Construct,
    provider: ProxySessionProvider,
    resource_type: str,
    properties: Mapping[str, Any],
    removal_policy: RemovalPolicy | None,
) -> CustomResource:
    """A construct's one resource, served by a provider."""
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
    numbers: Iterable[object],
) -> None:
    """Let a resource wait for what the provider must be permitted to do and to read."""
    references = [number for number in numbers if isinstance(number, PhoneNumber)]
    readings = [provider.permission_to_read(resource, reference) for reference in references]
    resource.node.add_dependency(permission, *readings)
