"""The deployed services, ready for pretend calls."""

from threading import Lock
from typing import TYPE_CHECKING

from chime_proxy_local.client import root_client
from chime_proxy_local.console.local_service import Contents, LocalService
from chime_proxy_local.deployed import table
from chime_proxy_local.deployed.function import ServiceFunction, service_functions, settings_of
from chime_proxy_local.health import own_endpoint
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import Clock, ProxySessionService
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


class DeployedServices:
    """The services of all stacks. Threads may share it.

    Each has the table and the numbers of its function. Its code is the checkout's, from which the
    function was deployed.

    Args:
        clock: returns the time, with a zone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._clients: dict[str, DynamoDBClient] = {}
        self._services: dict[ServiceFunction, LocalService | None] = {}

    def all(self) -> tuple[LocalService, ...]:
        """Return the services that are there now, by their titles."""
        with self._lock:
            self._services = {
                function: self._services.get(function) or self._service(function)
                for function in service_functions()
                if table.exists(function.region, function.table)
            }
            return tuple(filter(None, self._services.values()))

    def _service(self, function: ServiceFunction) -> LocalService | None:
        """Return the service of a function; None if the function's settings are wrong."""
        try:
            settings = settings_of(function)
        except ValueError:
            return None
        region, name = function.region, function.table
        store = DynamoDBStore(Table(self._client(region), name))
        pool = NumberPool(settings.phone_numbers)

        def contents() -> Contents:
            copy = table.copy_of(region, name)
            reader = ProxySessionService(copy, pool, clock=self._clock)
            return Contents(connectors=copy.connectors(), api=reader)

        return LocalService(
            name=f"{region}/{function.name}",
            title=function.title,
            api=ProxySessionService(store, pool, clock=self._clock),
            store=store,
            contents=contents,
            places=pool.places(),
        )

    def _client(self, region: str) -> "DynamoDBClient":
        if region not in self._clients:
            self._clients[region] = root_client("dynamodb", own_endpoint(), region=region)
        return self._clients[region]
