"""The calls and capacity units of each operation on a table, as tests/service/test_table.py measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """The cost of one operation.

    Args:
        calls: calls by DynamoDB's operation.
        read: read capacity units, without BatchGetItem's, which the local DynamoDB does not count.
        write: write capacity units, the index's included.
        read_per_session: read capacity units for each session of a page.
    """

    calls: dict[str, int]
    read: float
    write: float = 0
    read_per_session: float = 0


_CHANGE = {"GetItem": 1, "TransactWriteItems": 1}

CREATE = Units({"GetItem": 2, "Query": 2, "TransactWriteItems": 1}, read=3.5, write=9)
GET = Units({"GetItem": 1}, read=1)
UPDATE = Units(_CHANGE, read=1, write=6)
CALL = Units(_CHANGE, read=1, write=6)
END_OF_CALL = Units(_CHANGE, read=1, write=6)
STRANGER = Units({"GetItem": 1}, read=1)
DELETE = Units(_CHANGE, read=1, write=7)
LIST = Units({"Query": 8, "BatchGetItem": 1}, read=4, read_per_session=0.5)
LIST_OPEN = Units({"Query": 4, "BatchGetItem": 1}, read=2, read_per_session=0.5)

OPERATIONS = {
    "create": CREATE,
    "get": GET,
    "update": UPDATE,
    "a call or a text": CALL,
    "the end of a call": END_OF_CALL,
    "a call by a stranger": STRANGER,
    "delete": DELETE,
    "list, a page": LIST,
    "list the open ones, a page": LIST_OPEN,
}
