"""A service of two people on a table of the local DynamoDB, for functions as Lambda imports them."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.service.tables import create_table
from tests.telephony.function_scene import CONNECTOR, service_on
from tests.telephony.scene import ALICE, BOB

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture
def service(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> ProxySessionService:
    """The service behind a function, with a session of Alice and Bob."""
    name = create_table(dynamodb)
    monkeypatch.setenv("TABLE_NAME", name)
    service = service_on(dynamodb, name, partial(datetime.now, UTC))
    service.put_configuration(
        CONNECTOR,
        ProxyConfiguration(default_session_expiry_minutes=60, phone_number_countries=("US",)),
    )
    wanted = CreateRequest(
        connector=CONNECTOR,
        participants=(ALICE.number, BOB.number),
        capabilities=frozenset(Capability),
    )
    service.create(wanted, "a-session")
    return service
