"""The generated flow of Amazon Connect, and the check of its rules."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.telephony.conformance import SENTENCES
from tests.telephony.connect_carrier import FLOW
from tests.telephony.connect_flow_check import faults

from chime_proxy_service.contact import Refusal

TEST_CASE = Path(__file__).parents[2] / "examples" / "amazon-connect" / "stranger.json"
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    """Return the flow after a change of its blocks, which are given by name."""
    flow: dict[str, Any] = json.loads(json.dumps(FLOW))
    blocks = {one["Identifier"]: one for one in flow["Actions"]}
    change(blocks)
    return flow | {"Actions": list(blocks.values())}


def test_flow_keeps_all_rules() -> None:
    """The flow that is deployed has no fault."""
    assert faults(FLOW) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda blocks: blocks["transfer"]["Parameters"].pop("CallerId"),
            "transfer: no CallerId, so the caller's own number is shown",
        ),
        (
            lambda blocks: blocks["transfer"]["Parameters"].pop("ContinueFlowExecution"),
            "transfer: no parameter ContinueFlowExecution",
        ),
        (
            lambda blocks: blocks["transfer"]["Parameters"].update(
                ThirdPartyConnectionTimeLimitSeconds="601"
            ),
            "transfer: ThirdPartyConnectionTimeLimitSeconds is not 0 to 600",
        ),
        (
            lambda blocks: blocks["transfer"]["Transitions"]["Errors"].pop(1),
            "transfer: no branch for CallFailed",
        ),
        (
            lambda blocks: blocks["decide"]["Transitions"]["Errors"].clear(),
            "decide: no branch for NoMatchingError",
        ),
        (
            lambda blocks: blocks["announce"].update(Transitions={}),
            "announce: a path has no end",
        ),
        (
            lambda blocks: blocks["answered"]["Transitions"].update(NextAction="decide"),
            "transfer: a path has no end",
        ),
        (
            lambda blocks: blocks["route"]["Transitions"].update(NextAction="nowhere"),
            "route: no block nowhere",
        ),
        (
            lambda blocks: blocks["voice"]["Transitions"].update(NextAction="route", Errors=[]),
            "decide: no branch leads here",
        ),
        (
            lambda blocks: blocks["voice"].update(Type="UpdateContactAttributes"),
            "voice: unknown block UpdateContactAttributes",
        ),
    ],
)
def test_broken_rule_is_noticed(change: Change, fault: str) -> None:
    """Each rule, broken once."""
    assert fault in faults(changed(change))


def test_flow_keeps_numbers_out_of_its_logs() -> None:
    """Logging is off before the first block that has a number."""
    first = next(one for one in FLOW["Actions"] if one["Identifier"] == FLOW["StartAction"])

    assert first["Type"] == "UpdateFlowLoggingBehavior"
    assert first["Parameters"] == {"FlowLoggingBehavior": "Disabled"}


def test_shipped_test_case_expects_what_a_stranger_hears() -> None:
    """Only the function has the sentence, so that the test case fails if it is not asked.

    Source of the content: the Testing language of the Amazon Connect Developer Guide.
    """
    content = json.loads(TEST_CASE.read_text(encoding="utf-8"))

    observations = {one["Identifier"]: one for one in content["Observations"]}
    start, told = observations.values()
    assert start["Transitions"]["NextObservations"] == [told["Identifier"]]
    assert told["Event"]["Properties"]["Text"] == SENTENCES[Refusal.UNKNOWN]
    assert SENTENCES[Refusal.UNKNOWN] not in json.dumps(FLOW)
