"""Events without phone numbers, which docs/calls.md describes by a schema."""

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import boto3
import jsonschema
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from tests.docs.page import Page
from tests.folders import ROOT
from tests.service.tables import create_table
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, OFFICE, PROXY, STRANGER, Scene

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service import records
from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.handlers.events import EventBus, detail, detail_type, event_sender
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.records import Change, ContactRecord, Record, SessionRecord, Stage
from chime_proxy_service.requests import UpdateRequest
from chime_proxy_service.session import Capability

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

SESSIONS = "/voice-connectors/abcdef1ghij2klmno3pqr4/proxy-sessions"
PROXY_PATH = "/voice-connectors/abcdef1ghij2klmno3pqr4/programmable-numbers/proxy"


def contact(capability: Capability) -> Contact:
    """A call or a text of Alice."""
    return Contact(
        region="us-east-1",
        sender=ALICE.number,
        proxy_phone_number=PROXY,
        capability=capability,
        contact_id=f"{ALICE.number}@{ALICE.address}",
    )


def every_record() -> list[Record]:
    """Records of each kind, with all their reasons and outcomes."""
    session = Scene().session
    reached = Connection(recipient=BOB.number, shown_number=PROXY, session=session.key)
    made: list[Record] = [SessionRecord.of(change, session) for change in Change]
    for capability in Capability:
        one = contact(capability)
        fates = (*Refusal, reached)
        made += [records.answered(one, fate) for fate in fates]
        ends = [End(contact=one, outcome=outcome) for outcome in Outcome]
        made += [records.ended(end, who) for end in ends for who in (session, None)]
    return made


def test_every_event_fits_the_schema_of_the_page() -> None:
    """The schema in docs/calls.md takes each event, and refuses one with a further member."""
    page = Page(ROOT / "docs" / "calls.md")
    (schema,) = [json.loads(block.code) for block in page.blocks() if block.language == "json"]
    check = jsonschema.Draft202012Validator(schema)

    for record in every_record():
        check.validate(detail(record))
        assert not check.is_valid({**detail(record), "sender": "somebody"})


def test_detail_types_are_those_of_the_page() -> None:
    """Each detail type is named in docs/calls.md."""
    page = (ROOT / "docs" / "calls.md").read_text(encoding="utf-8")
    types = {detail_type(record) for record in every_record()}

    assert len(types) == len(Change) + len(Stage)
    assert not [one for one in types if f"`{one}`" not in page]


def test_no_event_or_metric_has_anybodys_number() -> None:
    """Neither a number nor the carrier's id, which may have one, is in any event or log line."""
    lines: list[str] = []
    metrics = Metrics("calls", write=lines.append, now=lambda: 0)
    for record in every_record():
        lines.append(json.dumps(detail(record)))
        if isinstance(record, ContactRecord):
            metrics.record(record)

    assert lines
    assert not found(lines, (ALICE, BOB, STRANGER, OFFICE), [])


def test_session_has_events_of_its_opening_updates_and_deletion() -> None:
    """A creation that comes again opens nothing, and neither does what was refused."""
    scene = Scene()
    key = scene.session.key
    scene.service.update(UpdateRequest(key=key, capabilities=frozenset({Capability.VOICE})))
    scene.service.delete(key)

    changes = [one for one in scene.records if isinstance(one, SessionRecord)]
    assert [one.change for one in changes] == [Change.OPENED, Change.UPDATED, Change.DELETED]
    assert {one.session for one in changes} == {key}
    assert changes[1].capabilities == {Capability.VOICE}


@pytest.fixture
def client() -> Any:
    """A client that reaches nobody."""
    return boto3.client("events", region_name="us-east-1")


def opened() -> SessionRecord:
    """The record of an opened session."""
    return SessionRecord.of(Change.OPENED, Scene().session)


def test_event_is_sent_to_the_bus(client: Any) -> None:
    """One entry, as botocore's model of PutEvents has it."""
    lost: list[str] = []
    entry = {
        "Source": "chime-proxy",
        "DetailType": "Proxy Session Opened",
        "Detail": json.dumps(detail(opened())),
        "EventBusName": "calls",
    }
    with Stubber(client) as stub:
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
        stub.add_response("put_events", answer, {"Entries": [entry]})
        EventBus(client, "calls", lost.append).send(opened())
        stub.assert_no_pending_responses()

    assert lost == []


def test_event_that_cannot_be_sent_is_counted_without_its_text(client: Any) -> None:
    """A refusal of the call or of the entry is counted by its code."""
    lost: list[str] = []
    bus = EventBus(client, "calls", lost.append)
    with Stubber(client) as stub:
        stub.add_client_error("put_events", "AccessDenied", f"not for {ALICE.number}")
        refused = {"ErrorCode": "InternalFailure", "ErrorMessage": f"no {ALICE.number}"}
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [refused]})
        bus.send(opened())
        bus.send(opened())

    assert lost == ["AccessDenied", "InternalFailure"]


class Unreachable:
    """A client whose endpoint cannot be reached."""

    def put_events(self, **_: Any) -> None:
        """Fail."""
        raise EndpointConnectionError(endpoint_url="https://events.example")


def test_bus_that_is_not_reached_is_counted() -> None:
    """A lost event is a metric of the function, with the cause beside it."""
    lines: list[str] = []
    metrics = Metrics("calls", write=lines.append)

    EventBus(Unreachable(), "calls", metrics.count_lost_event).send(opened())

    (line,) = map(json.loads, lines)
    assert (line["EventLost"], line["cause"]) == (1, "EndpointConnectionError")


def test_nothing_is_sent_without_a_bus() -> None:
    """Without a bus there is not even a client."""
    assert event_sender("", print)(opened()) is None


@pytest.fixture
def handler(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, Any], Any], dict[str, Any]]]:
    """The deployed handler with a bus and a scheduler that cannot be reached."""
    monkeypatch.setenv("TABLE_NAME", create_table(dynamodb))
    monkeypatch.setenv("PROXY_PHONE_NUMBERS", PROXY)
    monkeypatch.setenv("EVENT_BUS_NAME", "calls")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.meta.endpoint_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SCHEDULER", "http://127.0.0.1:9")
    for name in ("SCHEDULE_GROUP_NAME", "SCHEDULE_ROLE_ARN", "EXPIRY_FUNCTION_ARN"):
        monkeypatch.setenv(name, "checks")
    name = "chime_proxy_service.handlers.api"
    yield import_module(name).handler
    del sys.modules[name]


def test_lost_event_changes_no_answer(
    handler: Callable[[dict[str, Any], Any], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The API answers as ever without bus and scheduler; each loss is a line without a number."""

    def ask(method: str, path: str, members: dict[str, Any]) -> int:
        headers = [("Content-Type", "application/json")]
        body = json.dumps(members).encode()
        answer = handler(lambda_event(http_request(method, path, headers, body)), None)
        status: int = answer["statusCode"]
        return status

    configured = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}
    wanted = {"ParticipantPhoneNumbers": [ALICE.number, BOB.number], "Capabilities": ["Voice"]}

    assert ask("PUT", PROXY_PATH, configured) == 200
    assert ask("POST", SESSIONS, wanted) == 201

    lines = capsys.readouterr().out.splitlines()
    causes = [json.loads(one).get("cause") for one in lines]
    assert causes.count("EndpointConnectionError") == 2
    assert not found(lines, (ALICE, BOB), [])
