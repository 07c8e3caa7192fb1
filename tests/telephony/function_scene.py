"""The service on a table, and the session that the functions of adapters use."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tests.telephony.scene import PROXY

from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector, SessionKey, Status
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

CONNECTOR = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")


def service_on(
    client: "DynamoDBClient", table: str, clock: Callable[[], datetime]
) -> ProxySessionService:
    """Make a service on a table."""
    return ProxySessionService(
        DynamoDBStore(Table(client, table)), NumberPool([PROXY]), clock=clock
    )


def status(service: ProxySessionService) -> Status:
    """The session's status."""
    return service.get(SessionKey(CONNECTOR, "a-session")).status
