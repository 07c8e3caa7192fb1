import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.effort import effort
from tests.fuzz.wire import PROXY, REQUESTS, Request, assert_well_formed

from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.wire.api import Api

_PUT = Request(
    method="PUT",
    path=PROXY,
    body=json.dumps({"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}),
)


@effort(500)
@given(st.lists(REQUESTS, min_size=1, max_size=4))
def test_every_request_is_answered_by_the_rules(requests: list[Request]) -> None:
    """Whatever the service is asked, it answers by the API's rules, never with a 500."""
    pool = NumberPool(["+12125550100", "+12125550101"])
    clock = datetime(2026, 11, 21, tzinfo=UTC)
    service = ProxySessionService(MemoryStore(), pool, clock=lambda: clock)
    api = Api(service, default_region="us-east-1")

    for request in (_PUT, *requests):
        assert_well_formed(request, api.handle(request.event()))
