import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.folders import ROOT
from tests.telephony.scene import ALICE, BOB, PROXY, STRANGER, Scene

from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.records import ContactRecord, Stage
from chime_proxy_service.session import Capability, Status
from chime_proxy_service.telephony.announcements import ANNOUNCEMENTS, announcements
from chime_proxy_service.telephony.switchboard import RING_TIME, Switchboard

if TYPE_CHECKING:
    from chime_proxy_service.service import ProxySessionService

VOICE, SMS = Capability


def contact(
    contact_id: str = "CA1", sender: str = ALICE.number, capability: Capability = VOICE
) -> Contact:
    """A call or a text to the session's proxy number."""
    return Contact(
        region="us-east-1",
        sender=sender,
        proxy_phone_number=PROXY,
        capability=capability,
        contact_id=contact_id,
    )


def end(contact: Contact, outcome: Outcome = Outcome.COMPLETED, seconds: int | None = 0) -> End:
    """The end of a contact, at once unless it says otherwise."""
    duration = None if seconds is None else timedelta(seconds=seconds)
    return End(contact=contact, outcome=outcome, duration=duration)


@pytest.fixture
def scene() -> Scene:
    """A session of two people."""
    return Scene()


def recorded(scene: Scene) -> list[ContactRecord]:
    """The records of contacts."""
    return [one for one in scene.records if isinstance(one, ContactRecord)]


def test_call_has_a_record_of_its_start_and_one_of_its_end(scene: Scene) -> None:
    """Session, kind, outcome and duration are recorded, and one reference joins the two."""
    scene.switchboard.connect(contact())
    scene.switchboard.end(end(contact(), seconds=90))

    start, stop = recorded(scene)
    assert (start.stage, start.capability, start.session) == (
        Stage.CONNECTED,
        VOICE,
        scene.session.key,
    )
    assert (stop.stage, stop.outcome, stop.duration) == (
        Stage.ENDED,
        Outcome.COMPLETED,
        timedelta(seconds=90),
    )
    assert stop.session == scene.session.key
    assert start.reference == stop.reference != ""


def test_repeated_reports_are_recorded_once(scene: Scene) -> None:
    """A carrier that reports everything three times makes two records of a call."""
    fates = [scene.switchboard.connect(contact()) for _ in range(3)]
    for _ in range(3):
        scene.switchboard.end(end(contact()))

    assert [getattr(fate, "recipient", fate) for fate in fates] == [BOB.number] * 3
    assert [one.stage for one in recorded(scene)] == [Stage.CONNECTED, Stage.ENDED]


def test_end_of_an_older_call_is_not_that_of_a_newer_one(scene: Scene) -> None:
    """A late end makes no record and leaves the newer call up."""
    scene.switchboard.connect(contact("CA1"))
    scene.now += timedelta(minutes=1)
    scene.switchboard.end(end(contact("CA1")))
    scene.switchboard.connect(contact("CA2", BOB.number))

    scene.switchboard.end(end(contact("CA1")))

    assert scene.status() is Status.IN_PROGRESS
    assert [one.stage for one in recorded(scene)] == [
        Stage.CONNECTED,
        Stage.ENDED,
        Stage.CONNECTED,
    ]


@pytest.mark.parametrize("sender", ["", "anonymous", "+", "sip:alice@192.0.2.1", "x" * 5000])
def test_sender_without_a_number_is_a_stranger(scene: Scene, sender: str) -> None:
    """What is no number is not looked for in the table."""
    assert scene.switchboard.connect(contact(sender=sender)) is Refusal.UNKNOWN


def test_refusal_has_its_reason_and_no_session(scene: Scene) -> None:
    """The record of a refused contact has the reason."""
    scene.switchboard.connect(contact(sender=STRANGER.number))

    (record,) = recorded(scene)
    assert (record.stage, record.reason, record.session) == (Stage.REFUSED, Refusal.UNKNOWN, None)


class BusyService:
    """A service whose table cannot decide."""

    call_limit = timedelta(hours=1)

    def __getattr__(self, _: str) -> Any:
        """Fail, whatever is asked."""

        def fail(*_: Any) -> None:
            msg = "busy"
            raise UnavailableError(msg)

        return fail


def test_service_that_cannot_decide_is_a_refusal_that_is_counted() -> None:
    """The caller gets an answer; an end is to be reported again."""
    noted: list[Exception] = []
    records: list[ContactRecord] = []
    service: ProxySessionService = BusyService()  # type: ignore[assignment]
    switchboard = Switchboard(service, record=records.append, noted=noted.append)

    assert switchboard.connect(contact()) is Refusal.UNAVAILABLE
    assert [one.reason for one in records] == [Refusal.UNAVAILABLE]
    with pytest.raises(UnavailableError):
        switchboard.end(end(contact()))
    assert [type(one) for one in noted] == [UnavailableError] * 2


def test_end_of_a_contact_without_numbers_is_not_looked_for() -> None:
    """The table is not asked, and nothing is recorded: no key of it can be empty."""
    records: list[ContactRecord] = []
    service: ProxySessionService = BusyService()  # type: ignore[assignment]
    switchboard = Switchboard(service, record=records.append, noted=lambda _: None)

    switchboard.end(end(contact(sender="anonymous")))
    switchboard.end(end(replace(contact(), proxy_phone_number="")))

    assert records == []


def test_call_is_cut_before_it_counts_as_ended() -> None:
    """Ringing and talking together take no longer than the call limit."""
    scene = Scene()

    assert scene.switchboard.talk_time + RING_TIME == timedelta(hours=4)


def test_delivery_of_a_text_is_recorded_with_its_session(scene: Scene) -> None:
    """A delivery report of a text that is known has its session; of another one it has none."""
    text = contact("SM1", capability=SMS)
    scene.switchboard.connect(text)

    scene.switchboard.end(end(text, Outcome.FAILED, None))
    scene.switchboard.end(end(contact("SM2", capability=SMS), Outcome.FAILED, None))

    _, known, unknown = recorded(scene)
    assert (known.session, known.outcome) == (scene.session.key, Outcome.FAILED)
    assert unknown.session is None
    assert scene.status() is Status.OPEN


def test_call_to_the_fallback_number_is_recorded_without_a_session() -> None:
    """Its end is recorded from the report that says where it went, and from no other."""
    scene = Scene(fallback=BOB.number)
    scene.expire()

    fate = scene.switchboard.connect(contact())
    scene.switchboard.end(end(contact(), seconds=30))
    scene.switchboard.end(replace(end(contact(), seconds=30), is_fallback=True))

    assert isinstance(fate, Connection)
    start, stop = recorded(scene)
    assert (start.stage, stop.stage) == (Stage.CONNECTED, Stage.ENDED)
    assert start.session is stop.session is None
    assert start.reference == stop.reference
    assert stop.duration == timedelta(seconds=30)


def test_log_line_of_a_contact_is_a_metric(scene: Scene) -> None:
    """The line has the record and, in the embedded metric format, its count and seconds."""
    scene.switchboard.connect(contact())
    scene.switchboard.end(end(contact()))

    line = json.loads([one for one in scene.written if '"_aws"' in one][-1])

    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "ChimeProxyService"
    assert directive["Metrics"] == [
        {"Name": "ContactEnded", "Unit": "Count"},
        {"Name": "CallSeconds", "Unit": "Seconds"},
    ]
    assert (line["ContactEnded"], line["CallSeconds"], line["kind"]) == (1, 0, "Call")
    assert (line["outcome"], line["duration_seconds"]) == ("Completed", 0)
    assert line["proxy_session_id"] == "a-session"


def test_every_language_has_every_sentence() -> None:
    """There is a sentence for each refusal and each end without an answer, without digits."""
    occasions = {*Refusal, *Outcome} - {Outcome.COMPLETED}

    for sentences in ANNOUNCEMENTS.values():
        assert set(sentences) == occasions
        assert not [one for one in sentences.values() if any(map(str.isdigit, one))]


def test_page_has_the_sentences_as_they_are_said() -> None:
    """docs/calls.md quotes what a caller hears; a call that has ended hears nothing."""
    page = (ROOT / "docs" / "calls.md").read_text(encoding="utf-8")
    sentences = announcements("en-US")

    missing = {occasion for occasion, sentence in sentences.items() if sentence not in page}
    assert missing == {Refusal.ENDED}


def test_language_without_sentences_is_refused() -> None:
    """The error names the languages that there are."""
    with pytest.raises(ValueError, match="use one of en-US, es-US"):
        announcements("tlh")
