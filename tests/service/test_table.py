"""The store on a table that refuses, is busy, or loses answers, and what its operations cost."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
)
from tests.service.sessions import HOUR, NOW, new_session
from tests.service.tables import FilledStore, create_table
from tools.scale import units

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Contact
from chime_proxy_service.errors import BadRequestError, NotFoundError, UnavailableError
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.rules import Use
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    Call,
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
    ProxySession,
    SessionKey,
    Status,
)
from chime_proxy_service.stores import items
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.sip.calls import SipCalls
from chime_proxy_service.telephony.switchboard import Switchboard
from chime_proxy_service.telephony.twiml import TwimlWebhook

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

CONNECTOR = Connector("us-east-1", "abcdef1ghij2klmno3pqr4")
CONFIGURATION = ProxyConfiguration(
    default_session_expiry_minutes=60, phone_number_countries=("US",)
)
ALICE, BOB = "+13105550111", "+13105550122"
VOICE = frozenset({Capability.VOICE})
_READS = ("BatchGetItem", "GetItem", "Query")
# Long enough for calls that are made at the same time to meet.
_MEETING_SECONDS = 0.05
now = partial(datetime.now, UTC)


class Troubled:
    """A client of a table between which and the caller something goes wrong.

    Args:
        client: the client.
        trouble: takes an operation's name and returns the error to raise, and whether the table
            carries the call out all the same; None lets it pass.
    """

    def __init__(
        self, client: "DynamoDBClient", trouble: Callable[[str], tuple[Exception, bool] | None]
    ) -> None:
        self._client = client
        self._trouble = trouble
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        """Return an operation."""
        return partial(self._call, name)

    def _call(self, name: str, **arguments: Any) -> Any:
        self.calls[name] += 1
        trouble = self._trouble(name)
        if trouble is None or trouble[1]:
            answer = getattr(self._client, name)(**arguments)
        if trouble is not None:
            raise trouble[0]
        return answer


def cancelled(*reasons: str) -> ClientError:
    """Return the error of a transaction of four writes."""
    codes = [*reasons, *["None"] * (4 - len(reasons))]
    error = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(error, "TransactWriteItems")


def refused(code: str) -> ClientError:
    """Return an error of any operation."""
    return ClientError({"Error": {"Code": code, "Message": "refused"}}, "Any")


def service_on(client: Any, name: str, numbers: int = 40, **more: Any) -> ProxySessionService:
    """Make a service on a table."""
    pool = NumberPool(f"+1206555{line:04}" for line in range(100, 100 + numbers))
    return ProxySessionService(store_on(client, name), pool, clock=now, **more)


def store_on(client: Any, name: str) -> DynamoDBStore:
    """Make a store on a table; it does not wait between attempts."""
    return DynamoDBStore(Table(client, name, sleep=lambda _: None))


def ask(first: str = ALICE, second: str = BOB) -> CreateRequest:
    """Ask for a session."""
    return CreateRequest(connector=CONNECTOR, participants=(first, second), capabilities=VOICE)


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> str:
    """A table whose connector is configured."""
    name = create_table(dynamodb)
    service_on(dynamodb, name).put_configuration(CONNECTOR, CONFIGURATION)
    return name


@pytest.mark.parametrize(
    "error",
    [
        cancelled("TransactionConflict"),
        cancelled("None", "TransactionConflict", "ThrottlingError"),
        cancelled("None", "ProvisionedThroughputExceeded"),
    ],
)
def test_transaction_that_met_another_is_tried_again(
    dynamodb: "DynamoDBClient", table: str, error: Exception
) -> None:
    """A transaction that the table did not decide is sent again, and the session made."""
    troubles = [error] * 5
    client = Troubled(
        dynamodb,
        lambda name: (troubles.pop(), False) if "transact" in name and troubles else None,
    )

    session = service_on(client, table).create(ask())

    assert service_on(dynamodb, table).get(session.key) == session
    assert client.calls["transact_write_items"] == 6


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("transact_write_items", cancelled("TransactionConflict")),
        ("transact_write_items", refused("ThrottlingException")),
        ("transact_write_items", refused("TransactionInProgressException")),
        ("query", refused("ProvisionedThroughputExceededException")),
        ("get_item", refused("InternalServerError")),
        ("get_item", ConnectionClosedError(endpoint_url="https://dynamodb")),
        ("get_item", EndpointConnectionError(endpoint_url="https://dynamodb")),
        ("query", ConnectTimeoutError(endpoint_url="https://dynamodb")),
    ],
)
def test_table_that_cannot_decide_makes_the_service_unavailable(
    dynamodb: "DynamoDBClient", table: str, operation: str, error: Exception
) -> None:
    """A table that stays busy is the error that SDKs repeat, and no session is made."""
    client = Troubled(dynamodb, lambda name: (error, False) if name == operation else None)

    with pytest.raises(UnavailableError, match="try again"):
        service_on(client, table).create(ask())
    assert service_on(dynamodb, table).list(ListRequest(connector=CONNECTOR)).sessions == ()


def test_table_that_may_not_be_used_is_no_unavailability(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A refusal that no repetition changes is raised as it is."""
    client = Troubled(dynamodb, lambda _: (refused("AccessDeniedException"), False))

    with pytest.raises(ClientError, match="AccessDenied"):
        service_on(client, table).create(ask())


def test_condition_outranks_a_conflict(dynamodb: "DynamoDBClient", table: str) -> None:
    """A write whose condition does not hold decides, whatever else the transaction met."""
    error = cancelled("ConditionalCheckFailed", "TransactionConflict")
    client = Troubled(dynamodb, lambda name: (error, False) if "transact" in name else None)
    made = service_on(dynamodb, table).create(ask(), "id")

    assert service_on(client, table).create(ask(), "id") == made
    assert client.calls["transact_write_items"] == 1


def test_creation_whose_answer_was_lost_is_found_by_its_id(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A client that repeats a creation after a lost answer gets the session that was made."""
    lost = [ConnectionClosedError(endpoint_url="https://dynamodb")]
    client = Troubled(
        dynamodb, lambda name: (lost.pop(), True) if "transact" in name and lost else None
    )
    service = service_on(client, table)

    with pytest.raises(UnavailableError):
        service.create(ask(), "id")
    session = service.create(ask(), "id")

    assert session.key.proxy_session_id == "id"
    assert service.list(ListRequest(connector=CONNECTOR)).sessions == (session,)


def test_batch_is_read_to_its_end(dynamodb: "DynamoDBClient", table: str) -> None:
    """Items that a read of many leaves out are read again."""
    made = [service_on(dynamodb, table).create(ask(f"+1310555{n:04}")) for n in range(5)]

    class Sparing(Troubled):
        def _call(self, name: str, **arguments: Any) -> Any:
            if name == "batch_get_item":
                keys = arguments["RequestItems"][table]["Keys"]
                arguments = {"RequestItems": {table: {"Keys": keys[:2]}}}
                answer = super()._call(name, **arguments)
                return answer | {"UnprocessedKeys": {table: {"Keys": keys[2:]}} if keys[2:] else {}}
            return super()._call(name, **arguments)

    client = Sparing(dynamodb, lambda _: None)

    assert set(service_on(client, table).list(ListRequest(connector=CONNECTOR)).sessions) == set(
        made
    )
    assert client.calls["batch_get_item"] == 3


def test_closed_sessions_are_not_read_for_the_open_ones(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A session is read as open once after its expiry; a list of open ones then passes it over."""
    store = store_on(dynamodb, table)
    for n in range(8):
        store.add(new_session(CONNECTOR, str(n), f"+1{n}", f"+2{n}"), NOW)
    later = NOW + 2 * HOUR

    first = store.sessions_after(CONNECTOR, None, 100, now=later, only_open=True)
    again = store.sessions_after(CONNECTOR, None, 100, now=later, only_open=True)
    every = store.sessions_after(CONNECTOR, None, 100, now=later)

    assert len(first.sessions) == 8
    assert again.sessions == ()
    assert every.sessions == first.sessions


def test_busy_table_does_not_fail_a_list(dynamodb: "DynamoDBClient", table: str) -> None:
    """A list does not fail because expired sessions could not be listed as closed."""
    busy = refused("ThrottlingException")
    client = Troubled(dynamodb, lambda name: (busy, False) if name == "update_item" else None)
    store = store_on(client, table)
    session = new_session(CONNECTOR, "1", "+1", "+2")
    store.add(session, NOW)

    for _ in range(2):
        part = store.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR, only_open=True)
        assert part.sessions == (session,)


def test_session_that_was_extended_meanwhile_stays_listed_as_open(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A change lists a session as open, even if a list had taken it for closed."""
    store = store_on(dynamodb, table)
    session = new_session(CONNECTOR, "1", "+1", "+2")
    store.add(session, NOW)
    store.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR)

    longer = replace(session, expires_at=NOW + 3 * HOUR, revision=1)
    assert store.replace(session, longer)

    part = store.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR, only_open=True)
    assert part.sessions == (longer,)


class Interrupted(Troubled):
    """A table on which somebody else does something just before a session is listed as closed."""

    def __init__(self, client: "DynamoDBClient", act: Callable[[], object]) -> None:
        super().__init__(client, lambda _: None)
        self._act = act

    def _call(self, name: str, **arguments: Any) -> Any:
        if name == "update_item":
            self._act()
        return super()._call(name, **arguments)


def test_list_that_read_too_early_does_not_close_an_extended_session(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A session that is extended while a list reads it stays listed as open."""
    store = store_on(dynamodb, table)
    session = new_session(CONNECTOR, "1", "+1", "+2")
    longer = replace(session, expires_at=NOW + 3 * HOUR, revision=1)
    store.add(session, NOW)
    slow = store_on(Interrupted(dynamodb, partial(store.replace, session, longer)), table)

    slow.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR)

    part = store.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR, only_open=True)
    assert part.sessions == (longer,)


def test_removed_session_is_not_listed_again(dynamodb: "DynamoDBClient", table: str) -> None:
    """A session that is removed while a list reads it does not come back into the index."""
    store = store_on(dynamodb, table)
    session = new_session(CONNECTOR, "1", "+1", "+2")
    store.add(session, NOW)
    slow = store_on(Interrupted(dynamodb, partial(store.remove, session, NOW + HOUR)), table)

    slow.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR)

    (marker,) = [one for one in dynamodb.scan(TableName=table)["Items"] if "deleted_at" in one]
    assert "list_pk" not in marker


def test_session_of_another_shard_is_closed_in_its_own(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """A session stays in the shard that it was created in, whatever shard it would be in today."""
    store, session = store_on(dynamodb, table), new_session(CONNECTOR, "1", "+1", "+2")
    store.add(session, NOW)
    today = items.list_partition_of(session.key, items.OPEN)["S"]
    shard = (int(today.rpartition("#")[2]) + 1) % items.SHARDS
    dynamodb.update_item(
        TableName=table,
        Key=items.session_key(session.key),
        UpdateExpression="SET list_pk = :elsewhere",
        ExpressionAttributeValues={
            ":elsewhere": items.list_partition(CONNECTOR, items.OPEN, shard)
        },
    )

    for _ in range(2):
        part = store.sessions_after(CONNECTOR, None, 10, now=NOW + 2 * HOUR)
        assert part.sessions == (session,)
    stored = dynamodb.get_item(TableName=table, Key=items.session_key(session.key))["Item"]
    assert stored["list_pk"] == items.list_partition(CONNECTOR, items.CLOSED, shard)


class Lagging(Troubled):
    """A table whose index still has an entry that the table no longer has."""

    def __init__(self, client: "DynamoDBClient", stale: ProxySession) -> None:
        super().__init__(client, lambda _: None)
        self._entry = {"list_sk": items.list_sort_key(stale.position)}

    def _call(self, name: str, **arguments: Any) -> Any:
        answer = super()._call(name, **arguments)
        if name == "query" and "#open#0" in str(arguments):
            answer["Items"].insert(0, self._entry)
        return answer


def test_entry_of_an_earlier_session_with_the_id_is_passed_over(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """An index that lags behind a session with a used id shows the new one, once."""
    session = new_session(CONNECTOR, "1", "+1", "+2", NOW + HOUR)
    store_on(dynamodb, table).add(session, NOW + HOUR)
    lagging = store_on(Lagging(dynamodb, new_session(CONNECTOR, "1", "+1", "+2")), table)

    assert lagging.sessions_after(CONNECTOR, None, 10, now=NOW + HOUR).sessions == (session,)


@pytest.mark.parametrize("days", [1, 7, 365])
def test_every_item_of_a_session_expires_with_its_retention(
    dynamodb: "DynamoDBClient", table: str, days: int
) -> None:
    """Session, legs and last number expire as long after the end as the service keeps sessions."""
    service = service_on(dynamodb, table, retention=timedelta(days=days))
    session = service.create(ask())
    expiry = items.seconds(session.expires_at + timedelta(days=days))

    written = dynamodb.scan(TableName=table)["Items"]
    kept = {item["pk"]["S"][0]: item["kept_until"] for item in written if "kept_until" in item}
    assert kept == {"S": expiry, "L": expiry, "P": expiry}

    service.delete(session.key)
    soon = items.seconds(session.created_at + timedelta(days=days, minutes=1))
    written = dynamodb.scan(TableName=table)["Items"]
    legs = [item["kept_until"]["N"] for item in written if item["pk"]["S"][0] == "L"]
    assert len(legs) == 2
    assert all(int(leg) < int(soon["N"]) for leg in legs)


def test_item_without_a_retention_is_kept_for_30_days() -> None:
    """An item of a release without the option is read with the retention of that release."""
    session = new_session(CONNECTOR, "1", "+1", "+2")
    item = items.session_item(session)
    members = json.loads(item["session_json"]["S"])
    assert members.pop("RetentionDays") == 30

    earlier = {**item, "session_json": {"S": json.dumps(members)}}

    assert items.session_of(earlier, session.key) == session


def test_every_item_is_smaller_than_a_write_unit() -> None:
    """A session with the longest values fits into items of a kilobyte."""
    longest = ProxySession(
        key=SessionKey(Connector("ap-northeast-1", "x" * 36), "x" * 36),
        participants=("+123456789012345", "+123456789012346"),
        proxy_phone_number="+123456789012347",
        capabilities=frozenset(Capability),
        expiry_minutes=720,
        status=Status.IN_PROGRESS,
        created_at=datetime(2030, 1, 1, 1, 1, 1, 123456, tzinfo=UTC),
        updated_at=datetime(2030, 1, 1, 1, 1, 1, 123456, tzinfo=UTC),
        expires_at=datetime(2030, 1, 1, 1, 1, 1, 123456, tzinfo=UTC),
        name="x" * 30,
        number_selection_behavior=NumberSelectionBehavior.PREFER_STICKY,
        geo_match_level=GeoMatchLevel.AREA_CODE,
        geo_match_params=GeoMatchParams("US", "206"),
        revision=10**6,
        request_digest="x" * 64,
        call=Call("x" * 12, datetime(2030, 1, 1, 1, 1, 1, 123456, tzinfo=UTC)),
        contacts=("x" * 12,) * 8,
        retention=timedelta(days=36500),
    )

    assert size(items.session_item(longest)) < 1024
    assert size(items.leg_item(longest, longest.participants[0])) < 1024
    assert size(items.last_number_item(longest)) < 1024


def size(item: items.Item) -> int:
    """Return an item's size as DynamoDB counts it: names and values."""
    return sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())


@contextmanager
def counting(client: "DynamoDBClient") -> Iterator[Counter[str]]:
    """Count calls by operation, and the capacity units that they consume."""
    counted: Counter[str] = Counter()

    def ask_for_capacity(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def count(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        used = parsed.get("ConsumedCapacity", [])
        counted[model.name] += 1
        kind = "read" if model.name in _READS else "write"
        for one in used if isinstance(used, list) else [used]:
            counted[kind] += one["CapacityUnits"]

    events = client.meta.events
    events.register("before-parameter-build.dynamodb", ask_for_capacity)
    events.register("after-call.dynamodb", count)
    yield counted
    events.unregister("before-parameter-build.dynamodb", ask_for_capacity)
    events.unregister("after-call.dynamodb", count)


@contextmanager
def weighing(client: "DynamoDBClient") -> Iterator[Counter[str]]:
    """Count round trips, and the bytes of the calls and their answers.

    Every call waits a moment before it is sent, so that those made at the same time meet.
    """
    counted: Counter[str] = Counter()
    lock, under_way = Lock(), Counter[str]()

    def send(request: Any, **_: Any) -> None:
        with lock:
            counted["round trips"] += not under_way["calls"]
            under_way["calls"] += 1
            counted["bytes"] += len(request.body)
        time.sleep(_MEETING_SECONDS)

    def receive(http_response: Any, **_: Any) -> None:
        with lock:
            under_way["calls"] -= 1
            counted["bytes"] += len(http_response.content)

    events = client.meta.events
    events.register("before-send.dynamodb", send)
    events.register("after-call.dynamodb", receive)
    yield counted
    events.unregister("before-send.dynamodb", send)
    events.unregister("after-call.dynamodb", receive)


def _create(service: ProxySessionService, _: ProxySession) -> None:
    service.create(ask("+13105550133", "+13105550144"))


def _get(service: ProxySessionService, session: ProxySession) -> None:
    service.get(session.key)


def _update(service: ProxySessionService, session: ProxySession) -> None:
    service.update(UpdateRequest(key=session.key, capabilities=frozenset(Capability)))


def _call(service: ProxySessionService, session: ProxySession, sender: str = ALICE) -> None:
    service.connect(
        Contact(
            region=CONNECTOR.region,
            sender=sender,
            proxy_phone_number=session.proxy_phone_number,
            capability=Capability.VOICE,
        )
    )


def _end_call(service: ProxySessionService, session: ProxySession) -> None:
    service.use(session.key, Use.CALL_ENDED)


def _delete(service: ProxySessionService, session: ProxySession) -> None:
    service.delete(session.key)


def _list(service: ProxySessionService, _: ProxySession) -> None:
    service.list(ListRequest(connector=CONNECTOR, max_results=20))


def _list_open(service: ProxySessionService, _: ProxySession) -> None:
    service.list(ListRequest(connector=CONNECTOR, max_results=20, status=Status.OPEN))


def _put_configuration(service: ProxySessionService, _: ProxySession) -> None:
    service.put_configuration(CONNECTOR, CONFIGURATION)


def _get_configuration(service: ProxySessionService, _: ProxySession) -> None:
    service.get_configuration(CONNECTOR)


def _delete_configuration(service: ProxySessionService, _: ProxySession) -> None:
    service.delete_configuration(CONNECTOR)


def _switchboard(service: ProxySessionService) -> Switchboard:
    return Switchboard(service, record=lambda _: None, noted=lambda _: None)


def _sip_call(service: ProxySessionService, session: ProxySession) -> None:
    calls = SipCalls(_switchboard(service), region=CONNECTOR.region)
    asked = {"uniqueid": "1.2", "callerid": ALICE, "extension": session.proxy_phone_number}
    assert "RECIPIENT" in calls.connect(asked)


def _webhook(service: ProxySessionService, session: ProxySession, path: str, name: str) -> str:
    webhook = TwimlWebhook(_switchboard(service), region=CONNECTOR.region, language="en-US")
    form = {"From": ALICE, "To": session.proxy_phone_number, name: "SM1", "Body": "Hello"}
    return webhook.answer(path, form) or ""


def _webhook_call(service: ProxySessionService, session: ProxySession) -> None:
    assert "<Dial" in _webhook(service, session, "/call", "CallSid")


def _webhook_text(service: ProxySessionService, session: ProxySession) -> None:
    assert "<Message" in _webhook(service, session, "/text", "MessageSid")


Act = Callable[[ProxySessionService, ProxySession], None]

COSTS: list[tuple[Act, units.Units]] = [
    (_create, units.CREATE),
    (_get, units.GET),
    (_update, units.UPDATE),
    (_call, units.CALL),
    (_end_call, units.END_OF_CALL),
    (partial(_call, sender="+13105550199"), units.STRANGER),
    (_delete, units.DELETE),
    (_list, units.LIST),
    (_list_open, units.LIST_OPEN),
    (_put_configuration, units.PUT_CONFIGURATION),
    (_get_configuration, units.GET_CONFIGURATION),
    (_delete_configuration, units.DELETE_CONFIGURATION),
    (_sip_call, units.CALL),
    (_webhook_call, units.CALL),
    (_webhook_text, units.CALL),
]


@pytest.mark.parametrize(("act", "expected"), COSTS)
def test_operation_costs_what_the_documentation_says(
    dynamodb: "DynamoDBClient",
    table: str,
    act: Act,
    expected: units.Units,
) -> None:
    """Each operation makes the calls and consumes the units that docs/scale.md computes with."""
    service = service_on(dynamodb, table)
    session = service.create(replace(ask(), capabilities=frozenset(Capability)))

    with counting(dynamodb) as counted:
        act(service, session)

    spent = {"read": expected.read, "write": expected.write}
    assert counted == expected.calls | {kind: count for kind, count in spent.items() if count}


@pytest.mark.parametrize(("act", "expected"), COSTS)
def test_operation_waits_for_the_table_as_often_as_the_documentation_says(
    dynamodb: "DynamoDBClient",
    table: str,
    act: Act,
    expected: units.Units,
) -> None:
    """Each operation has so many round trips, with at most so many bytes."""
    service = service_on(dynamodb, table)
    session = service.create(replace(ask(), capabilities=frozenset(Capability)))

    with weighing(dynamodb) as counted:
        act(service, session)

    assert counted["round trips"] == expected.round_trips
    assert counted["bytes"] <= expected.bytes


def _others() -> list[ProxySession]:
    """Two hundred open sessions of other participants."""
    return [
        new_session(CONNECTOR, f"other-{n}", f"+1415555{n:04}", f"+1312555{n:04}")
        for n in range(200)
    ]


@pytest.mark.parametrize(
    ("others", "numbers"),
    [(_others(), 40), ([], 400)],
    ids=["sessions of the connector", "numbers of the pool"],
)
def test_creation_does_not_grow_with_its_connector_or_its_pool(
    dynamodb: "DynamoDBClient", table: str, others: list[ProxySession], numbers: int
) -> None:
    """Neither a connector's sessions nor a pool's numbers make a creation dearer."""
    FilledStore(dynamodb, table).fill(others)
    service = service_on(dynamodb, table, numbers=numbers)

    with counting(dynamodb) as counted:
        service.create(ask())

    cost = units.CREATE
    assert counted == cost.calls | {"read": cost.read, "write": cost.write}


def _work(service: ProxySessionService, seed: int, outcomes: Counter[str]) -> list[ProxySession]:
    """Create, update and delete sessions of contended pairs, as a client that repeats does."""
    draw = random.Random(seed)  # noqa: S311 - repeatable
    kept = []
    for step in range(2):
        first, second = draw.sample([f"+13035550{n:03}" for n in range(30)], 2)
        try:
            session = _repeatedly(
                partial(service.create, ask(first, second), f"{seed}-{step}"), outcomes
            )
        except BadRequestError:
            outcomes["no number"] += 1
            continue
        change = UpdateRequest(key=session.key, capabilities=frozenset(Capability))
        session = _repeatedly(partial(service.update, change), outcomes)
        if draw.random() < 0.3:
            try:
                _repeatedly(partial(service.delete, session.key), outcomes)
            except NotFoundError:
                outcomes["deleted by the lost answer"] += 1
        else:
            kept.append(session)
    return kept


def _repeatedly(act: Callable[[], Any], outcomes: Counter[str]) -> Any:
    for _ in range(200):
        try:
            return act()
        except UnavailableError:
            outcomes["unavailable"] += 1
    raise AssertionError


def test_nothing_is_lost_or_doubled_under_conflicts_and_lost_answers(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    """40 threads on contended pairs, 15 % of answers lost, 30 % conflicts: table and clients agree.

    A scan of the table compares legs and sessions both ways.
    """
    draw = random.Random(1)  # noqa: S311 - repeatable

    def trouble(name: str) -> tuple[Exception, bool] | None:
        if draw.random() < 0.15:
            return ConnectionClosedError(endpoint_url="https://dynamodb"), True
        if name == "transact_write_items" and draw.random() < 0.3:
            return cancelled("TransactionConflict"), False
        return None

    outcomes: Counter[str] = Counter()
    service = service_on(Troubled(dynamodb, trouble), table, numbers=5)
    with ThreadPoolExecutor(40) as threads:
        parts = list(threads.map(lambda seed: _work(service, seed, outcomes), range(40)))
    kept = {session.key: session for part in parts for session in part}

    stored = dynamodb.scan(TableName=table)["Items"]
    sessions = {one["pk"]["S"] for one in stored if "request_digest" in one}
    legs = Counter(f"{one['holder']['S']}" for one in stored if "holder" in one)
    assert sessions == {items.session_key(key)["pk"]["S"] for key in kept}
    assert legs == {items.holder(key)["S"]: 2 for key in kept}
    store = store_on(dynamodb, table)
    for session in kept.values():
        number = session.proxy_phone_number
        for participant in session.participants:
            assert store.session_behind(CONNECTOR.region, number, participant) == replace(
                session, request_digest=""
            )
    assert len(kept) > 20
    assert outcomes["unavailable"] > 0
    assert outcomes["no number"] > 0
