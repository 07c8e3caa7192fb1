"""The function's and the flow's own rules for Amazon Connect, beside what every adapter keeps."""

from typing import Any

import pytest
from tests.telephony import conformance
from tests.telephony.carrier import Reply, Sent
from tests.telephony.conformance import PAIRS, SENTENCES
from tests.telephony.connect_carrier import (
    INSTANCE,
    ConnectCarrier,
    amazon_connect,
    contact_data,
    disconnected,
    flow_event,
)
from tests.telephony.scene import ALICE, BOB, PROXY, Scene

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.records import ContactRecord, Stage
from chime_proxy_service.session import Status
from chime_proxy_service.telephony.connect import ForeignInstanceError

CALL = Sent(ALICE.number, PROXY, {}, "call-1")
OTHER_INSTANCE = INSTANCE.replace("1b2c", "9f9f")


@pytest.fixture
def scene() -> Scene:
    """A session of two people."""
    return Scene()


def stages(scene: Scene) -> list[Stage]:
    """The stages of the recorded contacts."""
    return [one.stage for one in scene.records if isinstance(one, ContactRecord)]


def event(**members: Any) -> dict[str, Any]:
    """Return the flow's event of a call, with other members of the contact."""
    return flow_event(contact_data(CALL) | members, {})


def test_answer_is_a_flat_map_of_texts(scene: Scene) -> None:
    """Whom the call reaches, the number to show, and what the flow returns with the outcome."""
    assert amazon_connect(scene).function.answer(event()) == {
        "decision": "connect",
        "recipient": BOB.number,
        "shown_number": PROXY,
        "reached": "session",
    }


def test_refusal_has_the_sentence_to_speak(scene: Scene) -> None:
    """There is nothing else in the answer to a stranger."""
    stranger = event(CustomerEndpoint={"Address": "+16175550164", "Type": "TELEPHONE_NUMBER"})

    assert amazon_connect(scene).function.answer(stranger) == {
        "decision": "refuse",
        "announcement": SENTENCES[Refusal.UNKNOWN],
    }


@pytest.mark.parametrize("endpoint", [None, {}, {"Address": None}, {"Address": "anonymous"}])
@pytest.mark.parametrize("side", ["CustomerEndpoint", "SystemEndpoint"])
def test_call_without_a_number_is_a_strangers(scene: Scene, side: str, endpoint: Any) -> None:
    """A hidden number, and a test of the flow without numbers, are refused."""
    answer = amazon_connect(scene).function.answer(event(**{side: endpoint}))

    assert answer["announcement"] == SENTENCES[Refusal.UNKNOWN]


def test_text_or_chat_is_not_taken_for_a_call(scene: Scene) -> None:
    """A text to a number of the instance makes no session InProgress."""
    answer = amazon_connect(scene).function.answer(event(Channel="CHAT"))

    assert answer == {"decision": "refuse", "announcement": SENTENCES[Refusal.NOT_CARRIED]}
    assert scene.status() is Status.OPEN


@pytest.mark.parametrize(
    "foreign", [event(InstanceARN=OTHER_INSTANCE), disconnected("call-1", OTHER_INSTANCE)]
)
def test_event_of_another_instance_is_refused(scene: Scene, foreign: dict[str, Any]) -> None:
    """Neither a call nor an end of another instance changes anything."""
    carrier = amazon_connect(scene)
    carrier.ring(CALL)

    with pytest.raises(ForeignInstanceError):
        carrier.function.answer(foreign)

    assert scene.status() is Status.IN_PROGRESS


def test_caller_who_hangs_up_ends_the_call_by_the_contact_event(scene: Scene) -> None:
    """The flow stops when the caller hangs up; EventBridge's event alone ends the call."""
    carrier = ConnectCarrier(scene, caller_hangs_up=True)

    carrier.call(CALL, Reply(Outcome.COMPLETED))

    assert scene.status() is Status.OPEN
    assert stages(scene) == [Stage.CONNECTED, Stage.ENDED]


def test_flow_ends_the_call_if_no_contact_event_comes(scene: Scene) -> None:
    """EventBridge delivers the instance's events on a best-effort basis."""
    carrier = ConnectCarrier(scene, sends_events=False)

    carrier.call(CALL, Reply(Outcome.COMPLETED))

    assert scene.status() is Status.OPEN


def test_call_whose_end_nobody_reports_ends_at_the_limit(scene: Scene) -> None:
    """After the call limit the next call is not busy."""
    carrier = ConnectCarrier(scene, caller_hangs_up=True, sends_events=False)
    carrier.call(CALL, Reply(Outcome.COMPLETED))
    assert scene.status() is Status.IN_PROGRESS

    scene.now += scene.service.call_limit

    assert scene.status() is not Status.IN_PROGRESS


def test_busy_phone_is_told_as_one_that_cannot_be_reached(scene: Scene) -> None:
    """Amazon Connect has one error for both."""
    received = amazon_connect(scene).call(CALL, Reply(Outcome.BUSY))

    assert received[ALICE.number][-1] == ("Text", SENTENCES[Outcome.FAILED])
    assert scene.status() is Status.OPEN


def test_caller_is_told_if_the_function_is_down(scene: Scene) -> None:
    """The flow itself has the sentence, and no phone rings."""
    received = ConnectCarrier(scene, is_down=True).call(CALL, Reply(Outcome.COMPLETED))

    assert received == {ALICE.number: [("Text", SENTENCES[Refusal.UNAVAILABLE])]}


def test_flow_that_asks_again_gets_the_same_answer(scene: Scene) -> None:
    """Amazon Connect repeats a call of the function that was throttled or failed."""
    function = amazon_connect(scene).function

    answers = [function.answer(event()) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert stages(scene) == [Stage.CONNECTED]


def test_end_that_could_not_be_recorded_is_an_error(scene: Scene) -> None:
    """Lambda then hands EventBridge's event to the function again."""
    carrier = amazon_connect(scene)
    carrier.ring(CALL)

    def fail(_: object) -> None:
        msg = "busy"
        raise UnavailableError(msg)

    scene.service.end_call = fail  # type: ignore[method-assign, assignment]

    with pytest.raises(UnavailableError):
        carrier.function.answer(disconnected("call-1"))


def test_leaks_nothing_whoever_hangs_up() -> None:
    """The check of an answered call holds for a caller who hangs up first, as well."""
    sender, recipient = PAIRS[0]

    conformance.check_answered_call(
        lambda scene: ConnectCarrier(scene, caller_hangs_up=True), sender, recipient
    )
