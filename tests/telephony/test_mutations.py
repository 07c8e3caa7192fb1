"""Every leak that an adapter can be made to have is noticed, in this process."""

from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from tests.contract.mutations import Mutation
from tests.telephony import conformance
from tests.telephony.conformance import PAIRS, DriveTexts
from tests.telephony.mutations import MUTATIONS
from tests.telephony.twiml_carrier import TwimlCarrier

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.telephony import twiml

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(str(twiml.__file__))


def drive_of(source: str) -> DriveTexts:
    """Make the driver of an adapter with this source."""
    module = ModuleType("broken_twiml")
    exec(compile(source, str(SOURCE), "exec"), vars(module))  # noqa: S102 - our own source
    return lambda scene: TwimlCarrier(
        module.TwimlWebhook(scene.switchboard, region="us-east-1", language="en-US")
    )


def is_noticed(drive: DriveTexts, test: str) -> bool:
    """Run the checks of a conformance test; return True if one fails."""
    sender, recipient = PAIRS[0]
    refused = (Refusal.UNKNOWN, Refusal.CLOSED)
    checks: dict[str, list[Callable[[], None]]] = {
        "answered_call": [partial(conformance.check_answered_call, drive, sender, recipient)],
        "unanswered_call": [
            partial(conformance.check_unanswered_call, drive, sender, recipient, Outcome.BUSY)
        ],
        "refused_call": [partial(conformance.check_refused_call, drive, refused[0])],
        "fallback": [partial(conformance.check_fallback, drive)],
        "text_arrives": [partial(conformance.check_text, drive, sender, recipient, 1)],
        "refused_text": [partial(conformance.check_refused_text, drive, one) for one in refused],
    }
    (chosen,) = [found for name, found in checks.items() if f"test_{name}" in test]
    for check in chosen:
        try:
            check()
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_leak_is_noticed(mutation: Mutation) -> None:
    """The conformance check that is named for a rule fails once the rule is broken, not before."""
    source = SOURCE.read_text(encoding="utf-8")
    assert source.count(mutation.before) == 1

    assert not is_noticed(drive_of(source), mutation.tests)
    assert is_noticed(drive_of(source.replace(mutation.before, mutation.after)), mutation.tests)
