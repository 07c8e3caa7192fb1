"""Every leak that the flow or the function of Amazon Connect can be made to have is noticed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from tests.telephony import conformance
from tests.telephony.conformance import PAIRS, Drive
from tests.telephony.connect_carrier import FLOW, ConnectCarrier

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.telephony import connect

SOURCE = Path(str(connect.__file__))
FLOW_TEXT = json.dumps(FLOW)
SENDER, RECIPIENT = PAIRS[0]

Check = Callable[[Drive], None]

answered: Check = partial(conformance.check_answered_call, caller=SENDER, callee=RECIPIENT)
unanswered: Check = partial(
    conformance.check_unanswered_call, caller=SENDER, callee=RECIPIENT, outcome=Outcome.FAILED
)
refused: Check = partial(conformance.check_refused_call, refusal=Refusal.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, how it is broken, and the check that must notice."""

    rule: str
    before: str
    after: str
    check: Check


_CALLER_ID = '"CallerId": {"Number": "$.External.shown_number"}'
_ANNOUNCEMENT = '"Text": "$.External.announcement"'
_ATTRIBUTES = '"Attributes": {"note": "$.CustomerEndpoint.Address"}'
_VOICE = '"UpdateContactTextToSpeechVoice", "Parameters": {"TextToSpeechVoice": "Joanna"}'

IN_THE_FLOW = (
    Mutation("the recipient's phone shows the proxy number", f", {_CALLER_ID}", "", answered),
    Mutation(
        "the recipient's phone does not show the caller's number",
        _CALLER_ID,
        '"CallerId": {"Number": "$.CustomerEndpoint.Address"}',
        answered,
    ),
    Mutation(
        "the recipient's phone does not show the caller's name",
        _CALLER_ID,
        _CALLER_ID.replace("}", ', "Name": "$.CustomerEndpoint.DisplayName"}'),
        answered,
    ),
    Mutation(
        "no digits are sent to the recipient's phone",
        _CALLER_ID,
        f'{_CALLER_ID}, "ThirdPartyDTMFDigits": "$.CustomerEndpoint.Address"',
        answered,
    ),
    Mutation(
        "the caller's headers stay behind",
        _CALLER_ID,
        f'{_CALLER_ID}, "UserToUserInformation": "$.Media.Sip.Headers.P-Asserted-Identity"',
        answered,
    ),
    Mutation(
        "no attribute has the caller's number",
        _VOICE,
        f'"UpdateContactAttributes", "Parameters": {{{_ATTRIBUTES}}}',
        answered,
    ),
    Mutation(
        "no whisper tells the recipient",
        _VOICE,
        '"UpdateContactEventHooks", '
        '"Parameters": {"EventHooks": {"CustomerWhisper": "$.CustomerEndpoint.DisplayName"}}',
        answered,
    ),
    Mutation(
        "a caller is not told the recipient's name",
        _ANNOUNCEMENT,
        '"Text": "$.External.announcement $.ThirdParty.DisplayName"',
        unanswered,
    ),
    Mutation(
        "a caller is not told the recipient's number",
        _ANNOUNCEMENT,
        '"Text": "$.External.announcement $.ThirdParty.Headers.Contact"',
        unanswered,
    ),
    Mutation(
        "a call that nobody takes is told so",
        '"ErrorType": "CallFailed", "NextAction": "failed"',
        '"ErrorType": "CallFailed", "NextAction": "hang-up"',
        unanswered,
    ),
    Mutation(
        "a refused call rings nowhere", '"Operands": ["connect"]', '"Operands": ["refuse"]', refused
    ),
    Mutation("a refused call is told so", _ANNOUNCEMENT, '"Text": ""', refused),
)
IN_THE_FUNCTION = (
    Mutation(
        "the function returns the proxy number to show",
        '"shown_number": fate.shown_number',
        '"shown_number": contact.sender',
        answered,
    ),
    Mutation(
        "an announcement has no number",
        '"announcement": self._sentences[refusal]',
        '"announcement": "+13125550153"',
        refused,
    ),
    Mutation(
        "a refused call is not connected",
        "return self._refused(fate)",
        'return {"decision": "connect", "recipient": "+13125550153", '
        '"shown_number": contact.proxy_phone_number, "reached": "session"}',
        refused,
    ),
    Mutation(
        "the end of a call is recorded",
        "self._switchboard.end(",
        "str(",
        answered,
    ),
    Mutation(
        "the end of a call to the fall-back number is recorded",
        "is_fallback=is_fallback",
        "is_fallback=False",
        conformance.check_fallback,
    ),
    Mutation(
        "the outcome is told",
        "self._sentences.get(outcome",
        "self._sentences.get(Outcome.COMPLETED",
        unanswered,
    ),
)


def is_noticed(check: Check, drive: Drive) -> bool:
    """Return True if a check fails."""
    try:
        check(drive)
    except AssertionError:
        return True
    return False


def driver_of(source: str) -> Drive:
    """Make the driver of a function with this source."""
    module = ModuleType("broken_connect")
    exec(compile(source, str(SOURCE), "exec"), vars(module))  # noqa: S102 - our own source
    return lambda scene: ConnectCarrier(scene, module.AmazonConnect)


def driver_with(flow: str) -> Drive:
    """Make the driver of this flow."""
    return lambda scene: ConnectCarrier(scene, flow=json.loads(flow))


@pytest.mark.parametrize("mutation", IN_THE_FLOW, ids=lambda mutation: mutation.rule)
def test_leak_in_the_flow_is_noticed(mutation: Mutation) -> None:
    """The check of a rule fails once the flow breaks it, not before."""
    assert FLOW_TEXT.count(mutation.before) == 1
    broken = FLOW_TEXT.replace(mutation.before, mutation.after)

    assert not is_noticed(mutation.check, driver_with(FLOW_TEXT))
    assert is_noticed(mutation.check, driver_with(broken))


@pytest.mark.parametrize("mutation", IN_THE_FUNCTION, ids=lambda mutation: mutation.rule)
def test_leak_in_the_function_is_noticed(mutation: Mutation) -> None:
    """The check of a rule fails once the function breaks it, not before."""
    source = SOURCE.read_text(encoding="utf-8")
    assert mutation.before in source
    broken = source.replace(mutation.before, mutation.after)

    assert not is_noticed(mutation.check, driver_of(source))
    assert is_noticed(mutation.check, driver_of(broken))
