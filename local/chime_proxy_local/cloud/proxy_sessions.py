"""The proxy-session service that is built into a local cloud."""

from datetime import UTC, datetime
from functools import partial

from chime_proxy_local.console.local_service import Contents, LocalService
from chime_proxy_local.environment import REGION
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector
from chime_proxy_service.stores.memory import MemoryStore

CLOCK = partial(datetime.now, UTC)
VOICE_CONNECTOR_ID = "abcdef1ghij2klmno3pqr4"
_CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=60, phone_number_countries=("US", "CA")
)


def create_service() -> LocalService:
    """Return the service with one configured voice connector and no sessions."""
    store, pool = MemoryStore(), NumberPool(fictional_numbers())
    service = ProxySessionService(store, pool, clock=CLOCK)
    service.put_configuration(Connector(REGION, VOICE_CONNECTOR_ID), _CONFIGURATION)
    return LocalService(
        name="built-in",
        title="Built into the local cloud",
        api=service,
        store=store,
        contents=lambda: Contents(connectors=store.connectors(), api=service),
        places=pool.places(),
    )
