"""The calls and capacity units of each operation on a table, as tests/service/test_table.py measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """The cost of one operation.

    Args:
        calls: calls by DynamoDB's operation.
        round_trips: how often the operation waits for the table; calls at the same time count once.
        bytes: at most so many in the bodies of the calls and of their answers, with one session on a page.
        read: read capacity units, without BatchGetItem's, which the local DynamoDB does not count.
        write: write capacity units, the index's included.
        read_per_session: read capacity units for each session of a page.
    """

    calls: dict[str, int]
    round_trips: int
    bytes: int
    read: float = 0
    write: float = 0
    read_per_session: float = 0


_CHANGE = {"GetItem": 1, "TransactWriteItems": 1}

CREATE = Units(
    {"GetItem": 2, "Query": 2, "TransactWriteItems": 1},
    round_trips=2,
    bytes=4200,
    read=3.5,
    write=9,
)
GET = Units({"GetItem": 1}, round_trips=1, bytes=1050, read=1)
UPDATE = Units(_CHANGE, round_trips=2, bytes=3800, read=1, write=6)
CALL = Units(_CHANGE, round_trips=2, bytes=3900, read=1, write=6)
END_OF_CALL = Units(_CHANGE, round_trips=2, bytes=3800, read=1, write=6)
STRANGER = Units({"GetItem": 1}, round_trips=1, bytes=200, read=1)
DELETE = Units(_CHANGE, round_trips=2, bytes=2250, read=1, write=7)
LIST = Units(
    {"Query": 8, "BatchGetItem": 1}, round_trips=3, bytes=4000, read=4, read_per_session=0.5
)
LIST_OPEN = Units(
    {"Query": 4, "BatchGetItem": 1}, round_trips=2, bytes=2700, read=2, read_per_session=0.5
)
PUT_CONFIGURATION = Units({"PutItem": 1}, round_trips=1, bytes=300, write=1)
GET_CONFIGURATION = Units({"GetItem": 1}, round_trips=1, bytes=400, read=1)
DELETE_CONFIGURATION = Units(
    {"GetItem": 1, "DeleteItem": 1}, round_trips=2, bytes=550, read=1, write=1
)

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
    "put a configuration": PUT_CONFIGURATION,
    "get a configuration": GET_CONFIGURATION,
    "delete a configuration": DELETE_CONFIGURATION,
}
