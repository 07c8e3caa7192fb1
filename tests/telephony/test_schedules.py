"""The schedules that lead to the event of a closed session, and the function that sends it."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from tests.service.tables import create_table
from tests.telephony.function_scene import CONNECTOR, service_on
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY, Scene

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.expiry import ExpiryCheck, check_of
from chime_proxy_service.handlers.events import detail
from chime_proxy_service.handlers.schedules import Schedules, name_of, read_check
from chime_proxy_service.handlers.settings import ScheduleSettings
from chime_proxy_service.records import Change, SessionRecord
from chime_proxy_service.requests import CreateRequest, UpdateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability, SessionKey

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

ROLE = "arn:aws:iam::000000000000:role/scheduler"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:expiry"
SETTINGS = ScheduleSettings("checks", ROLE, FUNCTION)
KEY = SessionKey(CONNECTOR, "a-session")
OPENED = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def scheduler() -> Any:
    """A client that reaches nobody."""
    return boto3.client("scheduler", region_name="us-east-1")


def record(change: Change = Change.OPENED) -> SessionRecord:
    """The record of a session of an hour."""
    return SessionRecord.of(change, Scene().session)


def test_schedule_is_for_one_time_and_leaves_nothing_behind(scheduler: Any) -> None:
    """The request is as botocore's model of CreateSchedule has it."""
    check, lost = check_of(record()), list[str]()
    expected: dict[str, Any] = {
        "Name": name_of(check),
        "GroupName": "checks",
        "ScheduleExpression": "at(2030-01-01T01:00:11)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": FUNCTION,
            "RoleArn": ROLE,
            "Input": json.dumps(
                {
                    "region": "us-east-1",
                    "voice_connector_id": "abcdefghijklmnopqrstuv",
                    "proxy_session_id": "a-session",
                    "expires_at": "2030-01-01T01:00:00+00:00",
                    "at": "2030-01-01T01:00:11+00:00",
                }
            ),
        },
    }
    with Stubber(scheduler) as stub:
        sent: list[dict[str, Any]] = []
        scheduler.meta.events.register(
            "provide-client-params.scheduler", lambda params, **_: sent.append(dict(params))
        )
        stub.add_response("create_schedule", {"ScheduleArn": "arn:aws:scheduler:::schedule/1"})
        Schedules(scheduler, SETTINGS, lost.append).follow(record())

    assert sent == [expected]
    assert lost == []
    assert read_check(json.loads(expected["Target"]["Input"])) == check


@pytest.mark.parametrize("change", [Change.DELETED, Change.CLOSED])
def test_ended_session_gets_no_schedule(scheduler: Any, change: Change) -> None:
    """Nothing is asked of the scheduler."""
    with Stubber(scheduler):
        Schedules(scheduler, SETTINGS, pytest.fail).follow(record(change))


def test_schedule_that_is_there_already_is_fine(scheduler: Any) -> None:
    """A check that is made twice has the same name, so there is one schedule."""
    with Stubber(scheduler) as stub:
        stub.add_client_error("create_schedule", "ConflictException")
        Schedules(scheduler, SETTINGS, pytest.fail).follow(record())


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceQuotaExceededException"])
def test_schedule_that_is_refused_is_counted_without_its_text(scheduler: Any, code: str) -> None:
    """A refusal is counted by its code."""
    lost: list[str] = []
    with Stubber(scheduler) as stub:
        stub.add_client_error("create_schedule", code, f"not for {ALICE.number}")
        Schedules(scheduler, SETTINGS, lost.append).follow(record())

    assert lost == [code]


class Unreachable:
    """A client whose endpoint cannot be reached."""

    def create_schedule(self, **_: Any) -> None:
        """Fail."""
        raise EndpointConnectionError(endpoint_url="https://scheduler.example")


def test_scheduler_that_is_not_reached_is_counted() -> None:
    """The loss is counted by the kind of error."""
    lost: list[str] = []

    Schedules(Unreachable(), SETTINGS, lost.append).follow(record())

    assert lost == ["EndpointConnectionError"]


class Clock:
    """A clock that a test moves."""

    now = OPENED

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


class World:
    """A service on a table, the function as Lambda imports it, and what it sent and scheduled.

    The local cloud's EventBridge and Scheduler take both. Its clock is years before the schedules.
    """

    def __init__(self, dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
        endpoint = dynamodb.meta.endpoint_url
        self._clients = {
            name: boto3.client(name, region_name="us-east-1", endpoint_url=endpoint)
            for name in ("events", "scheduler", "sqs")
        }
        self.name = f"checks-{uuid4().hex[:8]}"
        self.queue = self._queue_of_events()
        self._clients["scheduler"].create_schedule_group(Name=self.name)
        table = create_table(dynamodb)
        for name, value in {
            "TABLE_NAME": table,
            "EVENT_BUS_NAME": self.name,
            "SCHEDULE_GROUP_NAME": self.name,
            "SCHEDULE_ROLE_ARN": ROLE,
            "AWS_ENDPOINT_URL": endpoint,
        }.items():
            monkeypatch.setenv(name, value)
        self._monkeypatch = monkeypatch
        self.clock = Clock()
        self.module: Any = None
        self.restart()
        self.service = self._new_service(service_on(dynamodb, table, self.clock))

    def restart(self, **variables: str) -> None:
        """Import the function again, as Lambda does with a new environment."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        sys.modules.pop("chime_proxy_service.handlers.expiry", None)
        self.module = import_module("chime_proxy_service.handlers.expiry")
        self._monkeypatch.setattr(self.module, "_clock", self.clock)

    def _queue_of_events(self) -> str:
        sqs, events = self._clients["sqs"], self._clients["events"]
        url: str = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        names = ["QueueArn"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["QueueArn"]
        events.create_event_bus(Name=self.name)
        pattern = json.dumps({"source": ["chime-proxy"]})
        events.put_rule(Name=self.name, EventBusName=self.name, EventPattern=pattern)
        targets = [{"Id": "queue", "Arn": arn}]
        events.put_targets(Rule=self.name, EventBusName=self.name, Targets=targets)
        return url

    def _new_service(self, service: ProxySessionService) -> ProxySessionService:
        configuration = ProxyConfiguration(
            default_session_expiry_minutes=60, phone_number_countries=("US",)
        )
        service.put_configuration(CONNECTOR, configuration)
        wanted = CreateRequest(
            connector=CONNECTOR,
            participants=(ALICE.number, BOB.number),
            capabilities=frozenset(Capability),
        )
        service.create(wanted, KEY.proxy_session_id)
        return service

    def first(self) -> ExpiryCheck:
        """The check of the session's creation."""
        session = self.service.get(KEY)
        return check_of(SessionRecord.of(Change.OPENED, session))

    def invoke(self, check: ExpiryCheck) -> None:
        """Invoke the function as the schedule of a check does."""
        context = SimpleNamespace(invoked_function_arn=FUNCTION, aws_request_id="1")
        members = Schedules(None, SETTINGS, print).request(check)["Target"]["Input"]
        self.module.handler(json.loads(members), context)

    def scheduled(self) -> list[ExpiryCheck]:
        """The checks of the schedules that are there."""
        client = self._clients["scheduler"]
        names = [one["Name"] for one in client.list_schedules(GroupName=self.name)["Schedules"]]
        schedules = [client.get_schedule(GroupName=self.name, Name=name) for name in names]
        return [read_check(json.loads(one["Target"]["Input"])) for one in schedules]

    def events(self) -> list[dict[str, Any]]:
        """The events that came to the queue and were not taken before."""
        answer = self._clients["sqs"].receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=0
        )
        return [json.loads(one["Body"]) for one in answer.get("Messages", ())]


@pytest.fixture
def world(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world with a session of an hour."""
    yield World(dynamodb, monkeypatch)
    sys.modules.pop("chime_proxy_service.handlers.expiry", None)


def test_closed_session_has_its_event(world: World) -> None:
    """The function sends the event of a closed session, and makes no further schedule."""
    check = world.first()
    world.clock.now = check.at

    world.invoke(check)

    (event,) = world.events()
    assert event["detail-type"] == "Proxy Session Closed"
    assert event["detail"] == detail(SessionRecord.of(Change.CLOSED, world.service.get(KEY)))
    assert world.scheduled() == []


def test_function_that_is_invoked_twice_makes_one_schedule(world: World) -> None:
    """A session that was updated meanwhile is checked again, once, and is not said to be closed."""
    check = world.first()
    world.clock.now = check.expires_at.replace(minute=59, hour=12)
    world.service.update(UpdateRequest(key=KEY, capabilities=frozenset(Capability)))
    world.clock.now = check.at

    world.invoke(check)
    world.invoke(check)

    assert world.scheduled() == [world.first()]
    assert world.events() == []


def test_function_with_a_clock_behind_schedules_a_later_check(world: World) -> None:
    """A check that comes early leads to one schedule, a minute later than its own."""
    check = world.first()

    world.invoke(check)

    (following,) = world.scheduled()
    assert (following.at - check.at).total_seconds() == 60
    assert world.events() == []


def test_deleted_session_has_no_event_of_its_closing(world: World) -> None:
    """Nothing is sent and nothing is scheduled."""
    check = world.first()
    world.service.delete(KEY)
    world.clock.now = check.at

    world.invoke(check)

    assert (world.events(), world.scheduled()) == ([], [])


@pytest.mark.parametrize(
    ("service", "is_closed", "counted"),
    [("EVENTBRIDGE", True, [1]), ("SCHEDULER", False, [1]), ("DYNAMODB", True, [])],
)
def test_function_fails_if_a_service_is_down(
    capsys: pytest.CaptureFixture[str],
    world: World,
    service: str,
    is_closed: bool,  # noqa: FBT001 - a case
    counted: list[int],
) -> None:
    """Lambda repeats a failed invocation; a lost event or schedule is counted, without a number."""
    check = world.first()
    world.restart(**{f"AWS_ENDPOINT_URL_{service}": "http://127.0.0.1:9"})
    world.clock.now = check.at if is_closed else OPENED

    with pytest.raises(world.module.FailedError):
        world.invoke(check)

    lines = capsys.readouterr().out.splitlines()
    assert [line["EventLost"] for line in map(json.loads, lines) if "EventLost" in line] == counted
    assert not found(lines, (ALICE, BOB), [PROXY])


def test_function_needs_one_operation_on_the_table(
    dynamodb: "DynamoDBClient", world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check reads one item, as the role permits."""
    made: list[str] = []
    table = world.module._table  # noqa: SLF001 - the function's own
    monkeypatch.setattr(table, "_client", counting(dynamodb, made.append))
    check = world.first()
    world.clock.now = check.at

    world.invoke(check)

    assert made == ["get_item"]


def counting(client: Any, called: Callable[[str], object]) -> Any:
    """Make a client that tells the operations it is asked for."""

    class Counting:
        def __getattr__(self, name: str) -> Any:
            called(name)
            return getattr(client, name)

    return Counting()
