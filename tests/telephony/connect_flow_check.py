"""Checks a flow of Amazon Connect by the rules that its masking and its end depend on.

- A transfer to a phone has a CallerId.
- Each block has the parameters that it needs.
- Each block has a branch for each error that it may end in.
- Every path ends in DisconnectParticipant.
- Every branch leads to a block, and every block is reached.

Source: the Amazon Connect Flow language. Blocks that no flow of this project has are not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Action = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A type of block: the parameters it needs, and the errors it may end in."""

    parameters: frozenset[str]
    errors: frozenset[str] = frozenset()


BLOCKS = {
    "UpdateFlowLoggingBehavior": Block(frozenset({"FlowLoggingBehavior"})),
    "UpdateContactTextToSpeechVoice": Block(
        frozenset({"TextToSpeechVoice"}), frozenset({"NoMatchingError"})
    ),
    "InvokeLambdaFunction": Block(
        frozenset({"LambdaFunctionARN", "InvocationTimeLimitSeconds"}),
        frozenset({"NoMatchingError"}),
    ),
    "Compare": Block(frozenset({"ComparisonValue"}), frozenset({"NoMatchingCondition"})),
    "TransferParticipantToThirdParty": Block(
        frozenset(
            {
                "ThirdPartyPhoneNumber",
                "ThirdPartyConnectionTimeLimitSeconds",
                "ContinueFlowExecution",
            }
        ),
        frozenset({"CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError"}),
    ),
    "MessageParticipant": Block(frozenset({"Text"}), frozenset({"NoMatchingError"})),
    "DisconnectParticipant": Block(frozenset()),
}


def faults(flow: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each rule that a flow breaks."""
    actions = {one["Identifier"]: one for one in flow["Actions"]}
    found = [fault for name, one in actions.items() for fault in _of_block(name, one)]
    missing = {
        f"{name}: no block {target}"
        for name, one in actions.items()
        for target in _targets(one)
        if target not in actions
    }
    reached = _reached(flow["StartAction"], actions)
    orphans = [f"{name}: no branch leads here" for name in actions if name not in reached]
    endless = [f"{name}: a path has no end" for name in actions if not _ends(name, actions, ())]
    return [*found, *sorted(missing), *orphans, *endless]


def _of_block(name: str, action: Action) -> Iterator[str]:
    block = BLOCKS.get(action["Type"])
    if block is None:
        yield f"{name}: unknown block {action['Type']}"
        return
    parameters = action["Parameters"]
    for parameter in sorted(block.parameters - parameters.keys()):
        yield f"{name}: no parameter {parameter}"
    handled = {one["ErrorType"] for one in action["Transitions"].get("Errors", ())}
    for error in sorted(block.errors - handled):
        yield f"{name}: no branch for {error}"
    if action["Type"] == "TransferParticipantToThirdParty":
        yield from _of_transfer(name, parameters)


def _of_transfer(name: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    if not parameters.get("CallerId", {}).get("Number"):
        yield f"{name}: no CallerId, so the caller's own number is shown"
    seconds = parameters.get("ThirdPartyConnectionTimeLimitSeconds", "0")
    if not 0 <= int(seconds) <= 600:
        yield f"{name}: ThirdPartyConnectionTimeLimitSeconds is not 0 to 600"


def _targets(action: Action) -> set[str]:
    transitions = action["Transitions"]
    branches = [*transitions.get("Errors", ()), *transitions.get("Conditions", ()), transitions]
    return {one["NextAction"] for one in branches if "NextAction" in one}


def _reached(start: str, actions: Mapping[str, Action]) -> set[str]:
    reached, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name in actions and name not in reached:
            reached.add(name)
            waiting += _targets(actions[name])
    return reached


def _ends(name: str, actions: Mapping[str, Action], path: tuple[str, ...]) -> bool:
    """Return True if every path from a block ends in DisconnectParticipant, without a circle."""
    if name in path or name not in actions:
        return False
    action = actions[name]
    if action["Type"] == "DisconnectParticipant":
        return True
    if "NextAction" not in action["Transitions"]:
        return False
    return all(_ends(one, actions, (*path, name)) for one in _targets(action))
