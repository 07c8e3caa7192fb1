"""Gives an HTTP API an address that resolves on every machine.

ministack names APIs as AWS does, by a host of their own below `localhost`, which many machines do
not resolve. It serves the same API below a path, which this puts into `ApiEndpoint`.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from chime_proxy_local.environment import api_address
from chime_proxy_local.health import own_endpoint

TYPE = "AWS::ApiGatewayV2::Api"

Attributes = dict[str, str]


def handlers() -> dict[str, Any]:
    """Return ministack's handlers of the type, with the other address."""
    ministacks = provisioners._RESOURCE_HANDLERS[TYPE]  # noqa: SLF001 - it has no public name

    def create(
        logical_id: str, properties: dict[str, Any], stack_name: str
    ) -> tuple[str, Attributes]:
        api_id, attributes = ministacks["create"](logical_id, properties, stack_name)
        return api_id, _addressed(api_id, attributes)

    def update(api_id: str, *arguments: Any) -> tuple[str, Attributes]:
        updated, attributes = ministacks["update"](api_id, *arguments)
        return updated, _addressed(updated, attributes)

    return {**ministacks, "create": create, "update": update}


def _addressed(api_id: str, attributes: Attributes) -> Attributes:
    return {**attributes, "ApiEndpoint": api_address(own_endpoint(), api_id)}
