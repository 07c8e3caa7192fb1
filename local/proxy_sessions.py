"""The proxy-session service as a local cloud starts with it."""

from datetime import UTC, datetime
from functools import partial

from chime_proxy_service.api import Api
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.memory_store import MemoryStore
from chime_proxy_service.number_pool import NumberPool, fictional_numbers
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector
from local.environment import REGION

VOICE_CONNECTOR_ID = "abcdef1ghij2klmno3pqr4"
_CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=60, phone_number_countries=("US", "CA")
)


def create_api() -> Api:
    """Return the service with no sessions and one voice connector that may have some."""
    pool = NumberPool(fictional_numbers())
    service = ProxySessionService(MemoryStore(), pool, clock=partial(datetime.now, UTC))
    service.put_configuration(Connector(REGION, VOICE_CONNECTOR_ID), _CONFIGURATION)
    return Api(service, default_region=REGION)
