"""An Amazon Connect instance that runs the generated flow as AWS documents its blocks.

What the documentation leaves open is done in the way that leaks most: a transfer without a CallerId
shows the caller's own number, parameters that are not known here go to the recipient's phone, and
those of blocks that are not known here go to both.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.telephony.carrier import Field, Received, Reply, Sent
from tests.telephony.scene import Scene

from chime_proxy._telephony.connect_flow import Flow
from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.telephony.announcements import DEFAULT_LANGUAGE, announcements
from chime_proxy_service.telephony.connect import AmazonConnect

INSTANCE = "arn:aws:connect:us-east-1:123456789012:instance/1b2c3d4e-0000-4000-8000-123456789012"
FLOW = Flow(
    function_arn="arn:aws:lambda:us-east-1:123456789012:function:calls",
    voice="Joanna",
    apology=announcements(DEFAULT_LANGUAGE)[Refusal.UNAVAILABLE],
    ring_seconds=45,
).content()

SENDER_FIELDS = {
    "Attributes.Note": "{name} {number} {canary}",
    "CustomerId": "{canary}",
    "CustomerEndpoint.DisplayName": "{name} {canary}",
    "Description": "{national} {canary}",
    "Media.Sip.Headers.Diversion": "<sip:{number}@{address}>;reason={canary}",
    "Media.Sip.Headers.From": '"{name} {canary}" <sip:{number}@{address}>',
    "Media.Sip.Headers.History-Info": "<sip:{number}@{address}?Reason={canary}>;index=1",
    "Media.Sip.Headers.Identity": "e30.{token}.c2ln;info=<https://{address}/{number}>",
    "Media.Sip.Headers.P-Asserted-Identity": '"{name} {canary}" <sip:{number}@{address}>',
    "Media.Sip.Headers.Remote-Party-ID": '"{name}" <sip:{national}@{address}>;party={canary}',
    "Media.Sip.Headers.User-to-User": "{canary};encoding=hex",
    "Media.Sip.Headers.X-Original-Calling-Number": "{national} {canary}",
    "Name": "{name} {canary}",
    "Tags.owner": "{canary}",
}
RECIPIENT_FIELDS = {
    "ThirdParty.DisplayName": "{name} {canary}",
    "ThirdParty.Headers.Contact": "<sip:{number}@{address}>;{canary}",
    "ThirdParty.Headers.P-Asserted-Identity": '"{name} {canary}" <tel:{number}>',
    "ThirdParty.Headers.Remote-Party-ID": '"{name}" <sip:{national}@{address}>;party={canary}',
}
_ERRORS = {
    Outcome.BUSY: "CallFailed",
    Outcome.FAILED: "CallFailed",
    Outcome.NO_ANSWER: "ConnectionTimeLimitExceeded",
}
_OF_THE_INSTANCE = {
    "CallerId",
    "ContinueFlowExecution",
    "ThirdPartyConnectionTimeLimitSeconds",
    "ThirdPartyPhoneNumber",
}
_SILENT = {"Compare", "UpdateContactTextToSpeechVoice", "UpdateFlowLoggingBehavior"}


def amazon_connect(scene: Scene, calls: type[AmazonConnect] = AmazonConnect) -> "ConnectCarrier":
    """Make an instance that asks the service of a scene."""
    return ConnectCarrier(scene, calls)


@dataclass
class ConnectCarrier:
    """Drives the flow and the function.

    Args:
        scene: has the service.
        calls: the class of the function.
        flow: the flow's content.
        caller_hangs_up: an answered call is ended by the caller, so the flow does not go on.
        sends_events: EventBridge delivers the instance's contact events.
        is_down: the function cannot be invoked.
    """

    scene: Scene
    calls: type[AmazonConnect] = AmazonConnect
    flow: Mapping[str, Any] = field(default_factory=lambda: FLOW)
    caller_hangs_up: bool = False
    sends_events: bool = True
    is_down: bool = False
    sender_fields: Mapping[str, str] = field(default_factory=lambda: SENDER_FIELDS)
    recipient_fields: Mapping[str, str] = field(default_factory=lambda: RECIPIENT_FIELDS)
    asked_for: frozenset[str] = frozenset({"From", "Status", "Text"})

    def __post_init__(self) -> None:
        """Make the function."""
        self._contacts: dict[str, dict[str, Any]] = {}
        self.function = self.calls(
            self.scene.switchboard,
            instance_arn=INSTANCE,
            describe=self._contacts.__getitem__,
            region="us-east-1",
            language=DEFAULT_LANGUAGE,
        )

    def call(self, sent: Sent, reply: Reply) -> Received:
        """Make a call, let it end, and report its end."""
        run = self._run(sent, reply)
        if self.sends_events:
            self.function.answer(disconnected(sent.contact_id))
        return run.received

    def ring(self, sent: Sent) -> Received:
        """Begin a call."""
        return self._run(sent, None).received

    def _run(self, sent: Sent, reply: Reply | None) -> "_Run":
        self._contacts[sent.contact_id] = contact_data(sent)
        run = _Run(self, sent, reply)
        run.follow(self.flow["StartAction"])
        return run


def contact_data(sent: Sent) -> dict[str, Any]:
    """Return the contact of a call, as the flow and the function get it."""
    data: dict[str, Any] = {
        "Channel": "VOICE",
        "ContactId": sent.contact_id,
        "CustomerEndpoint": {"Address": sent.sender, "Type": "TELEPHONE_NUMBER"},
        "InitialContactId": sent.contact_id,
        "InitiationMethod": "INBOUND",
        "InstanceARN": INSTANCE,
        "PreviousContactId": sent.contact_id,
        "Queue": None,
        "SystemEndpoint": {"Address": sent.proxy_phone_number, "Type": "TELEPHONE_NUMBER"},
    }
    _add(data, sent.fields)
    return data


def flow_event(data: Mapping[str, Any], attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return the event by which a flow invokes the function."""
    return {
        "Details": {"ContactData": data, "Parameters": dict(attributes)},
        "Name": "ContactFlowEvent",
    }


def disconnected(contact_id: str, instance: str = INSTANCE) -> dict[str, Any]:
    """Return EventBridge's event of the end of a call; it has no phone number."""
    return {
        "version": "0",
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "region": "us-east-1",
        "detail": {
            "eventType": "DISCONNECTED",
            "contactId": contact_id,
            "channel": "VOICE",
            "instanceArn": instance,
            "initiationMethod": "INBOUND",
        },
    }


class _Run:
    """One run of a flow."""

    def __init__(self, carrier: ConnectCarrier, sent: Sent, reply: Reply | None) -> None:
        self.received: dict[str, list[Field]] = defaultdict(list)
        self._carrier = carrier
        self._sent = sent
        self._reply = reply
        self._data = contact_data(sent)
        self._external: Mapping[str, str] = {}
        self._of_both: list[Field] = []
        self._actions = {one["Identifier"]: one for one in carrier.flow["Actions"]}

    def follow(self, start: str) -> None:
        """Run blocks until one ends the run."""
        name: str | None = start
        while name:
            action = self._actions[name]
            branch = self._branch(action["Type"], self._resolved(action["Parameters"]), action)
            name = None if branch is None else _target(action["Transitions"], branch)

    def _branch(self, kind: str, parameters: Mapping[str, Any], action: Any) -> str | None:
        """Run a block; return the error or the operand it branches by, or None to stop."""
        if kind == "DisconnectParticipant":
            return None
        if kind == "TransferParticipantToThirdParty":
            return self._transfer(parameters)
        if kind == "InvokeLambdaFunction":
            return self._invoke(parameters)
        if kind == "Compare":
            return self._compare(parameters, action)
        if kind == "MessageParticipant":
            self._give([self._sent.sender], [("Text", parameters["Text"])])
        elif kind not in _SILENT:
            self._of_both += _flat(parameters)
            self._give([self._sent.sender], self._of_both)
        return ""

    def _transfer(self, parameters: Mapping[str, Any]) -> str | None:
        caller, recipient = self._sent.sender, parameters["ThirdPartyPhoneNumber"]
        caller_id = parameters.get("CallerId", {})
        others = {name: parameters[name] for name in {*parameters} - _OF_THE_INSTANCE}
        others |= {name: caller_id[name] for name in {*caller_id} - {"Number"}}
        self._give([caller], [("Status", "ringing")])
        self._give([recipient], [("From", caller_id.get("Number", caller))])
        self._give([recipient], [*_flat(others), *self._of_both])
        if self._reply is None:
            return None
        _add(self._data, self._reply.fields)
        if self._reply.outcome is not Outcome.COMPLETED:
            return _ERRORS[self._reply.outcome]
        self._give([caller], [("Status", "answered")])
        return None if self._carrier.caller_hangs_up else ""

    def _invoke(self, parameters: Mapping[str, Any]) -> str:
        if self._carrier.is_down:
            return "NoMatchingError"
        event = flow_event(self._data, parameters.get("LambdaInvocationAttributes", {}))
        try:
            self._external = self._carrier.function.answer(event)
        except Exception:  # noqa: BLE001 - a function that failed
            return "NoMatchingError"
        return ""

    def _compare(self, parameters: Mapping[str, Any], action: Any) -> str:
        value = parameters["ComparisonValue"]
        conditions = action["Transitions"]["Conditions"]
        operands = [operand for one in conditions for operand in one["Condition"]["Operands"]]
        return value if value in operands else "NoMatchingCondition"

    def _give(self, numbers: Sequence[str], fields: Sequence[Field]) -> None:
        for number in numbers:
            self.received[number] += fields

    def _resolved(self, value: Any) -> Any:
        """Replace each reference, such as ``$.External.recipient``."""
        if isinstance(value, Mapping):
            return {name: self._resolved(one) for name, one in value.items()}
        if isinstance(value, str):
            return re.sub(r"\$\.[\w.-]+", lambda found: self._referred(found[0]), value)
        return value

    def _referred(self, path: str) -> str:
        found: Any = {**self._data, "External": self._external}
        for name in path.split(".")[1:]:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else ""


def _target(transitions: Mapping[str, Any], branch: str) -> str:
    """Return the block that an error, an operand, or neither leads to."""
    for one in transitions.get("Errors", ()):
        if one["ErrorType"] == branch:
            return str(one["NextAction"])
    for one in transitions.get("Conditions", ()):
        if branch in one["Condition"]["Operands"]:
            return str(one["NextAction"])
    assert not branch, f"nothing handles {branch}"
    return str(transitions["NextAction"])


def _add(data: dict[str, Any], fields: Mapping[str, str]) -> None:
    """Set members by their paths, such as ``Attributes.Note``."""
    for path, value in fields.items():
        *parents, name = path.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value


def _flat(parameters: Mapping[str, Any]) -> list[Field]:
    return [(name, str(value)) for name, value in parameters.items()]
