"""Answers the flow of an Amazon Connect instance, and hears of the end of its calls.

| Event | Comes | Answer |
|---|---|---|
| of the flow | with a new call | `decision`: `connect` or `refuse` |
| of the flow, with an `outcome` | after the recipient's phone was called | `announcement` |
| of EventBridge, DISCONNECTED | at the end of each call, whoever hangs up | nothing |

With `connect` come the `recipient`, the `shown_number`, and in `reached` a word that the flow
returns with the outcome; with `refuse`, an `announcement` to speak. An answer is a flat map of
texts: a flow reads its members as `$.External.decision` and so on.

A flow goes on after a call only if the recipient hangs up first. So the end of a call is reported
by the flow or by EventBridge, whichever comes first; only the flow tells a call to a
FallBackPhoneNumber. EventBridge's event has no phone numbers; they are looked up.

A flow cannot limit the time of a transferred call. One that outlives the call limit goes on, although
its session is Open again.

Source: the Amazon Connect Administrator Guide on Lambda functions and on contact events, and the
API's DescribeContact.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.session import Capability
from chime_proxy_service.telephony.announcements import announcements
from chime_proxy_service.telephony.switchboard import Switchboard

Event = Mapping[str, Any]

_FALLBACK = "fallback"


class ForeignInstanceError(Exception):
    """The event is of another Amazon Connect instance."""


class AmazonConnect:
    """Answers the events of one instance.

    Args:
        switchboard: decides.
        instance_arn: the instance.
        describe: returns the API's description of a contact, by the contact's id.
        region: the AWS region of the sessions.
        language: the language of the announcements, such as ``en-US``.

    Raises:
        ValueError: there are no announcements in the language.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        *,
        instance_arn: str,
        describe: Callable[[str], Event],
        region: str,
        language: str,
    ) -> None:
        self._switchboard = switchboard
        self._instance_arn = instance_arn
        self._describe = describe
        self._region = region
        self._sentences = announcements(language)

    def answer(self, event: Event) -> dict[str, str]:
        """Return the answer to an event; it is empty if the event is EventBridge's.

        Raises:
            ForeignInstanceError: the event is of another instance.
            UnavailableError: an end could not be recorded; it should be reported again.
        """
        if event.get("source") == "aws.connect":
            self._disconnected(event["detail"])
            return {}
        details = event["Details"]
        data = details["ContactData"]
        self._check_instance(data["InstanceARN"])
        if data["Channel"].upper() != "VOICE":
            return self._refused(Refusal.NOT_CARRIED)
        contact = self._contact(data["ContactId"], data)
        parameters = details["Parameters"]
        if "outcome" in parameters:
            return self._ended(contact, parameters)
        return self._decided(contact)

    def _decided(self, contact: Contact) -> dict[str, str]:
        fate = self._switchboard.connect(contact)
        if isinstance(fate, Connection):
            return {
                "decision": "connect",
                "recipient": fate.recipient,
                "shown_number": fate.shown_number,
                "reached": "session" if fate.session else _FALLBACK,
            }
        return self._refused(fate)

    def _refused(self, refusal: Refusal) -> dict[str, str]:
        return {"decision": "refuse", "announcement": self._sentences[refusal]}

    def _ended(self, contact: Contact, parameters: Mapping[str, str]) -> dict[str, str]:
        outcome = Outcome(parameters["outcome"])
        is_fallback = parameters["reached"] == _FALLBACK
        self._switchboard.end(End(contact=contact, outcome=outcome, is_fallback=is_fallback))
        return {"announcement": self._sentences.get(outcome, "")}

    def _disconnected(self, detail: Event) -> None:
        self._check_instance(detail["instanceArn"])
        contact_id = detail["contactId"]
        contact = self._contact(contact_id, self._describe(contact_id))
        # The event does not tell an answered call from one whose caller hung up before.
        self._switchboard.end(End(contact=contact, outcome=Outcome.COMPLETED))

    def _contact(self, contact_id: str, described: Event) -> Contact:
        return Contact(
            region=self._region,
            sender=_address(described.get("CustomerEndpoint")),
            proxy_phone_number=_address(described.get("SystemEndpoint")),
            capability=Capability.VOICE,
            contact_id=contact_id,
        )

    def _check_instance(self, arn: str) -> None:
        if arn != self._instance_arn:
            raise ForeignInstanceError


def _address(endpoint: Event | None) -> str:
    return (endpoint or {}).get("Address") or ""
