"""Tables of sessions on a local DynamoDB."""

from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.config import Config

from chime_proxy_service.session import ProxySession
from chime_proxy_service.stores import items
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeDefinitionTypeDef, WriteRequestTypeDef


def dynamodb_client(endpoint: str) -> "DynamoDBClient":
    """Make a client as the deployed function has it, for an endpoint."""
    config = Config(max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 3})
    client: DynamoDBClient = boto3.client(
        "dynamodb", region_name="us-east-1", endpoint_url=endpoint, config=config
    )
    return client


class FilledStore(DynamoDBStore):
    """A store that can be given many sessions at once, without its transactions."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        super().__init__(Table(client, table))
        self._client = client
        self._name = table

    def fill(self, sessions: list[ProxySession]) -> None:
        """Add sessions of different participants."""
        requests: list[WriteRequestTypeDef] = [
            {"PutRequest": {"Item": item}} for one in sessions for item in _items(one)
        ]
        for start in range(0, len(requests), 25):
            self._client.batch_write_item(RequestItems={self._name: requests[start : start + 25]})


def _items(session: ProxySession) -> list[items.Item]:
    legs = [items.leg_item(session, participant) for participant in session.participants]
    return [items.session_item(session), *legs]


def create_table(client: "DynamoDBClient") -> str:
    """Create an empty table and return its name."""
    name = f"sessions-{uuid4()}"
    keys: list[AttributeDefinitionTypeDef] = [
        {"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", "list_pk", "list_sk")
    ]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=keys,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": items.INDEX,
                "KeySchema": [
                    {"AttributeName": "list_pk", "KeyType": "HASH"},
                    {"AttributeName": "list_sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return name
