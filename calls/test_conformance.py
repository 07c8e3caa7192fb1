"""Every call of the conformance test on the wire."""

import pytest
from tests.telephony import conformance
from tests.telephony.conformance import Drive
from tests.telephony.needles import Person
from tests.telephony.test_conformance import REFUSED, UNANSWERED, both_ways

from chime_proxy_service.contact import Outcome, Refusal


@both_ways
def test_answered_call_shows_the_proxy_number_alone(
    drive: Drive, sender: Person, recipient: Person
) -> None:
    """The callee sees the proxy number, the caller nothing, and the session is Open afterwards."""
    conformance.check_answered_call(drive, sender, recipient)


@both_ways
@pytest.mark.parametrize("outcome", UNANSWERED)
def test_unanswered_call_tells_the_caller_and_nothing_else(
    drive: Drive, sender: Person, recipient: Person, outcome: Outcome
) -> None:
    """A busy, silent or failing phone is told to the caller without the callee's data."""
    conformance.check_unanswered_call(drive, sender, recipient, outcome)


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
