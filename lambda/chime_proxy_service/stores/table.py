"""Calls DynamoDB, several at a time, and repeats what it could not decide.

botocore repeats throttled calls and lost answers by itself, a transaction under the same token, so
that it is never carried out twice. It does not repeat a transaction that met another one.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.stores.items import Item

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_Result = TypeVar("_Result")

_ATTEMPTS = 6
_FIRST_PAUSE = 0.02
_BATCH = 100
_THREADS = 10
_CONDITION = "ConditionalCheckFailed"
_NOT_DECIDED = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class Table:
    """A table of DynamoDB; threads may share it.

    Every method raises UnavailableError if DynamoDB cannot be reached or is too busy.

    Args:
        client: a DynamoDB client with at least ten connections.
        name: the table's.
        sleep: waits between attempts; seconds.
    """

    def __init__(
        self, client: "DynamoDBClient", name: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._threads = ThreadPoolExecutor(_THREADS)

    def all(self, *reads: Callable[[], Any]) -> list[Any]:
        """Make several reads at the same time and return their results in order."""
        return self.each(lambda read: read(), reads)

    def each(self, act: Callable[[Any], _Result], values: Iterable[Any]) -> list[_Result]:
        """Do the same for several values at the same time and return the results in order."""
        return list(self._threads.map(act, values))

    def get(self, key: Item, *, consistent: bool = True) -> Item | None:
        """Read an item."""
        answer = self._call(
            self._client.get_item, TableName=self._name, Key=key, ConsistentRead=consistent
        )
        item: Item | None = answer.get("Item")
        return item

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Read items, in any order, without those that do not exist."""
        parts = [keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH)]
        return [item for part in self.each(self._get_batch, parts) for item in part]

    def put(self, item: Item) -> None:
        """Write an item in place of any with its key."""
        self._call(self._client.put_item, TableName=self._name, Item=item)

    def update(self, key: Item, **expressions: Any) -> bool:
        """Update an item; return False if the condition does not hold."""
        try:
            self._call(self._client.update_item, TableName=self._name, Key=key, **expressions)
        except ClientError as error:
            if error.response["Error"]["Code"] == f"{_CONDITION}Exception":
                return False
            raise
        return True

    def delete(self, key: Item) -> None:
        """Delete an item, if there is one."""
        self._call(self._client.delete_item, TableName=self._name, Key=key)

    def query(self, *, limit: int | None = None, **expressions: Any) -> list[Item]:
        """Read the items of a query, up to `limit`."""
        items: list[Item] = []
        while limit is None or len(items) < limit:
            if limit is not None:
                expressions["Limit"] = limit - len(items)
            answer = self._call(self._client.query, TableName=self._name, **expressions)
            items += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                break
            expressions["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return items

    def transact(self, *writes: Item) -> list[int]:
        """Make all writes or none.

        Args:
            writes: ``{"Put": {…}}`` or ``{"Update": {…}}``, without the table's name.

        Returns:
            The places of the writes whose condition does not hold; empty if all were made.
        """
        named = [
            {kind: {"TableName": self._name, **write} for kind, write in one.items()}
            for one in writes
        ]
        for attempt in range(_ATTEMPTS):
            try:
                self._call(self._client.transact_write_items, TransactItems=named)
            except ClientError as error:
                reasons = _reasons(error)
                if _CONDITION in reasons:
                    return [place for place, code in enumerate(reasons) if code == _CONDITION]
                if not _NOT_DECIDED.intersection(reasons):
                    raise
                self._pause(attempt)
            else:
                return []
        raise _unavailable()

    def _get_batch(self, keys: Sequence[Item]) -> list[Item]:
        items: list[Item] = []
        wanted: dict[str, Any] = {self._name: {"Keys": list(keys)}}
        for attempt in range(_ATTEMPTS):
            answer = self._call(self._client.batch_get_item, RequestItems=wanted)
            items += answer["Responses"].get(self._name, [])
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return items
            self._pause(attempt)
        raise _unavailable()

    def _call(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return operation(**arguments)
        except (HTTPClientError, NoConnectionError) as error:
            raise _unavailable() from error
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_DECIDED:
                raise _unavailable() from error
            raise

    def _pause(self, attempt: int) -> None:
        self._sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - spreads load


def _reasons(error: ClientError) -> list[str]:
    """Return the reason of each write of a cancelled transaction; none for another error."""
    return [one.get("Code", "None") for one in error.response.get("CancellationReasons", ())]


def _unavailable() -> UnavailableError:
    return UnavailableError("The table of the sessions is too busy or not reached; try again")
