"""Every adapter, and what each side of its calls and texts receives.

An adapter is added to `ADAPTERS`; one that carries texts, to `TEXT_ADAPTERS` as well. The others
have no tests of texts.
"""

import pytest
from tests.telephony import conformance
from tests.telephony.conformance import PAIRS, Drive, DriveTexts
from tests.telephony.connect_carrier import amazon_connect
from tests.telephony.needles import Person
from tests.telephony.scene import Scene
from tests.telephony.twiml_carrier import TwimlCarrier

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.telephony.twiml import TwimlWebhook


def _twiml(scene: Scene) -> TwimlCarrier:
    return TwimlCarrier(TwimlWebhook(scene.switchboard, region="us-east-1", language="en-US"))


ADAPTERS: dict[str, Drive] = {"connect": amazon_connect, "twiml": _twiml}
TEXT_ADAPTERS: dict[str, DriveTexts] = {"twiml": _twiml}
UNANSWERED = [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.FAILED]
REFUSED = [Refusal.UNKNOWN, Refusal.CLOSED, Refusal.NOT_CARRIED]

both_ways = pytest.mark.parametrize(("sender", "recipient"), PAIRS, ids=["to-bob", "to-alice"])


@pytest.fixture(params=ADAPTERS)
def drive(request: pytest.FixtureRequest) -> Drive:
    """Make the driver of an adapter; each test of calls runs with each adapter."""
    return ADAPTERS[request.param]


@pytest.fixture(params=TEXT_ADAPTERS)
def drive_texts(request: pytest.FixtureRequest) -> DriveTexts:
    """Make the driver of an adapter that carries texts."""
    return TEXT_ADAPTERS[request.param]


@both_ways
def test_answered_call_shows_the_proxy_number_alone(
    drive: Drive, sender: Person, recipient: Person
) -> None:
    """The callee sees the proxy number, the caller nothing, and the session is Open afterwards."""
    conformance.check_answered_call(drive, sender, recipient)


@both_ways
@pytest.mark.parametrize(
    ("adapter", "outcome"),
    [
        (adapter, outcome)
        for adapter in ADAPTERS
        for outcome in UNANSWERED
        # Amazon Connect does not tell a busy phone from a call that failed.
        if (adapter, outcome) != ("connect", Outcome.BUSY)
    ],
)
def test_unanswered_call_tells_the_caller_and_nothing_else(
    adapter: str, sender: Person, recipient: Person, outcome: Outcome
) -> None:
    """A busy, silent or failing phone is told to the caller without the callee's data."""
    conformance.check_unanswered_call(ADAPTERS[adapter], sender, recipient, outcome)


@both_ways
def test_second_call_hears_that_the_line_is_busy(
    drive: Drive, sender: Person, recipient: Person
) -> None:
    """A call during another one reaches nobody and is told so."""
    conformance.check_second_call(drive, sender, recipient)


@pytest.mark.parametrize("refusal", REFUSED)
def test_refused_call_is_told_so_and_rings_nowhere(drive: Drive, refusal: Refusal) -> None:
    """Strangers, closed sessions, and sessions for texts alone."""
    conformance.check_refused_call(drive, refusal)


def test_caller_without_a_number_is_told_so(drive: Drive) -> None:
    """A hidden number is a stranger's."""
    conformance.check_hidden_number(drive)


def test_fallback_sees_the_proxy_number_alone(drive: Drive) -> None:
    """After the session the call goes on, without the caller's number."""
    conformance.check_fallback(drive)


@both_ways
@pytest.mark.parametrize("pictures", [0, 2])
def test_text_arrives_whole_and_alone(
    drive_texts: DriveTexts, sender: Person, recipient: Person, pictures: int
) -> None:
    """Words and pictures arrive from the proxy number, and none of the sender's other fields."""
    conformance.check_text(drive_texts, sender, recipient, pictures)


@pytest.mark.parametrize("refusal", REFUSED)
def test_refused_text_reaches_nobody(drive_texts: DriveTexts, refusal: Refusal) -> None:
    """Participants are told so; a stranger may be a machine, and gets no answer."""
    conformance.check_refused_text(drive_texts, refusal)
