"""The flow of Amazon Connect that carries the calls of a service, in the flow language.

| Block | Does | Next |
|---|---|---|
| silence, voice | turn the flow's log off, and choose a voice | decide |
| decide, route | ask the function, and look at its decision | transfer or announce |
| transfer | calls the recipient | answered, unanswered or failed |
| answered | reports the outcome | hang-up |
| unanswered, failed | report the outcome | announce |
| announce | speaks the function's sentence | hang-up |
| sorry | speaks a sentence of the flow, where the function fails | hang-up |

Source: the Amazon Connect Flow language, version 2019-10-30. ThirdPartyConnectionTimeLimitSeconds,
from 0 to 600, and ContinueFlowExecution are required, although the documentation calls the one by
another name and the other optional: flows without them were refused. CallerId.Number may be one
JSONPath. Without a CallerId the recipient sees the caller's own number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HANG_UP = "hang-up"
_SORRY = "sorry"
_ANNOUNCE = "announce"
_ANY_ERROR = "NoMatchingError"

Action = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A description of the flow.

    Args:
        function_arn: the function that answers.
        voice: the Amazon Polly voice of the announcements.
        apology: the sentence that is spoken if the function does not answer.
        ring_seconds: the seconds for which the recipient's phone rings.
    """

    function_arn: str
    voice: str
    apology: str
    ring_seconds: int

    def content(self) -> dict[str, Any]:
        """Return the flow in the flow language."""
        return {
            "Version": "2019-10-30",
            "StartAction": "silence",
            "Metadata": {},
            "Actions": [
                *self._preparations(),
                *self._decision(),
                *self._transfer(),
                _spoken(_ANNOUNCE, "$.External.announcement"),
                _spoken(_SORRY, self.apology),
                _action(_HANG_UP, "DisconnectParticipant", {}),
            ],
        }

    def _preparations(self) -> list[Action]:
        """Keep numbers out of the flow's logs, and choose the voice."""
        return [
            _action(
                "silence", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, "voice"
            ),
            _action(
                "voice",
                "UpdateContactTextToSpeechVoice",
                {"TextToSpeechVoice": self.voice},
                "decide",
                {_ANY_ERROR: "decide"},
            ),
        ]

    def _decision(self) -> list[Action]:
        connects = {"Operator": "Equals", "Operands": ["connect"]}
        route = _action(
            "route",
            "Compare",
            {"ComparisonValue": "$.External.decision"},
            _ANNOUNCE,
            {"NoMatchingCondition": _ANNOUNCE},
        )
        route["Transitions"]["Conditions"] = [{"NextAction": "transfer", "Condition": connects}]
        return [self._asked("decide", {}, "route", _SORRY), route]

    def _transfer(self) -> list[Action]:
        """Call the recipient, and report the outcome.

        Amazon Connect does not tell a busy phone from a call that failed.
        """
        return [
            _action(
                "transfer",
                "TransferParticipantToThirdParty",
                {
                    "ThirdPartyPhoneNumber": "$.External.recipient",
                    "ThirdPartyConnectionTimeLimitSeconds": str(self.ring_seconds),
                    "ContinueFlowExecution": "True",
                    "CallerId": {"Number": "$.External.shown_number"},
                },
                "answered",
                {
                    "ConnectionTimeLimitExceeded": "unanswered",
                    "CallFailed": "failed",
                    _ANY_ERROR: "failed",
                },
            ),
            self._reported("answered", "Completed", _HANG_UP, _HANG_UP),
            self._reported("unanswered", "NoAnswer", _ANNOUNCE, _SORRY),
            self._reported("failed", "Failed", _ANNOUNCE, _SORRY),
        ]

    def _reported(self, identifier: str, outcome: str, next_action: str, on_error: str) -> Action:
        attributes = {"outcome": outcome, "reached": "$.External.reached"}
        return self._asked(identifier, attributes, next_action, on_error)

    def _asked(
        self, identifier: str, attributes: Mapping[str, str], next_action: str, on_error: str
    ) -> Action:
        """Ask the function. A map of texts could not have the characters of a sentence."""
        return _action(
            identifier,
            "InvokeLambdaFunction",
            {
                "LambdaFunctionARN": self.function_arn,
                "InvocationTimeLimitSeconds": "8",
                "InvocationType": "SYNCHRONOUS",
                "LambdaInvocationAttributes": dict(attributes),
                "ResponseValidation": {"ResponseType": "JSON"},
            },
            next_action,
            {_ANY_ERROR: on_error},
        )


def _spoken(identifier: str, text: str) -> Action:
    return _action(
        identifier, "MessageParticipant", {"Text": text}, _HANG_UP, {_ANY_ERROR: _HANG_UP}
    )


def _action(
    identifier: str,
    kind: str,
    parameters: Mapping[str, Any],
    next_action: str = "",
    errors: Mapping[str, str] | None = None,
) -> Action:
    transitions: dict[str, Any] = {}
    if next_action:
        transitions["NextAction"] = next_action
        transitions["Errors"] = [
            {"ErrorType": error, "NextAction": target} for error, target in (errors or {}).items()
        ]
    return {
        "Identifier": identifier,
        "Type": kind,
        "Parameters": dict(parameters),
        "Transitions": transitions,
    }
