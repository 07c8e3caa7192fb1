"""A carrier that asks the webhook for TwiML and does with it what Twilio documents.

What the documentation leaves to the carrier is done in the way that leaks most: a Dial without
`callerId` shows the caller's own number, and attributes and elements that are not known here go to
whoever they are next to.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin
from xml.etree.ElementTree import Element, fromstring

from tests.telephony.carrier import CONTENT, Field, Received, Reply, Sent
from tests.telephony.scene import PROXY
from twilio.request_validator import RequestValidator

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.contact import Outcome
from chime_proxy_service.handlers.signature import Signature
from chime_proxy_service.handlers.webhook import SignedWebhook
from chime_proxy_service.telephony.twiml import TwimlWebhook

SECRET = "a secret of the carrier"
HOST = "webhook.example"
_STATUS = {
    Outcome.COMPLETED: "completed",
    Outcome.BUSY: "busy",
    Outcome.NO_ANSWER: "no-answer",
    Outcome.FAILED: "failed",
}
_OF_THE_CARRIER = {"action", "answerOnBridge", "callerId", "timeLimit", "timeout"}

SENDER_FIELDS = {
    "AccountSid": "AC{canary}",
    "CallToken": "{canary} {number}",
    "CallerName": "{name} {canary}",
    "ForwardedFrom": "{number};{canary}",
    "FromCity": "{canary}",
    "FromCountry": "{canary}",
    "FromState": "{canary}",
    "FromZip": "{canary}",
    "ParentCallSid": "CA{canary}",
    "StirPassportToken": "eyJhbGciOiJFUzI1NiJ9.{token}.c2lnbmF0dXJl",
    "StirVerstat": "TN-Validation-Passed-A {canary}",
    "SipHeader_Diversion": "<sip:{number}@{address}>;reason={canary}",
    "SipHeader_History-Info": "<sip:{number}@{address}?Reason={canary}>;index=1",
    "SipHeader_Identity": "e30.{token}.c2ln;info=<https://{address}/{number}>",
    "SipHeader_P-Asserted-Identity": '"{name} {canary}" <sip:{number}@{address}>',
    "SipHeader_Remote-Party-ID": '"{name}" <sip:{national}@{address}>;party={canary}',
    "SipHeader_X-Original-Calling-Number": "{national} {canary}",
}
TEXT_FIELDS = {
    "AccountSid": "AC{canary}",
    "Address": "{address} {canary}",
    "FromCity": "{canary}",
    "FromCountry": "{canary}",
    "FromState": "{canary}",
    "FromZip": "{canary}",
    "Label": "{name} {canary}",
    "MessagingServiceSid": "MG{canary}",
    "ProfileName": "{name} {canary}",
    "WaId": "{number}{canary}",
}
RECIPIENT_FIELDS = {
    "DialCallSid": "CA{canary}",
    "DialSipHeader_Contact": "<sip:{number}@{address}>;{canary}",
    "DialSipHeader_P-Asserted-Identity": '"{name} {canary}" <tel:{number}>',
    "DialSipHeader_Remote-Party-ID": '"{name}" <sip:{national}@{address}>;party={canary}',
    "DialSipHeader_X-Account": "{canary}",
}


@dataclass
class TwimlCarrier:
    """Drives a webhook.

    Args:
        webhook: the webhook.
        reports: how often each request is sent; the last answer counts.
        reports_status: the status callback of the proxy number is set.
    """

    webhook: TwimlWebhook
    reports: int = 1
    reports_status: bool = True
    sender_fields: Mapping[str, str] = field(default_factory=lambda: SENDER_FIELDS)
    text_fields: Mapping[str, str] = field(default_factory=lambda: TEXT_FIELDS)
    recipient_fields: Mapping[str, str] = field(default_factory=lambda: RECIPIENT_FIELDS)
    asked_for: frozenset[str] = frozenset({"From", "Say", "language", "Status", CONTENT})

    def __post_init__(self) -> None:
        """Put the check of signatures before the webhook."""
        self._signed = SignedWebhook(self.webhook, Signature(lambda: SECRET), refused=lambda: None)

    def call(self, sent: Sent, reply: Reply) -> Received:
        """Make a call, let it end, and report its end."""
        received: dict[str, list[Field]] = defaultdict(list)
        form = self._call_form(sent)
        self._run(self._ask("/call", form), "/call", sent, reply, received)
        if self.reports_status:
            ended = {"CallStatus": "completed", "CallDuration": "9"}
            self._ask("/call-status", {**form, **ended})
        return received

    def ring(self, sent: Sent) -> Received:
        """Begin a call."""
        received: dict[str, list[Field]] = defaultdict(list)
        self._run(self._ask("/call", self._call_form(sent)), "/call", sent, None, received)
        return received

    def text(self, sent: Sent) -> Received:
        """Send a text, and report that it was delivered."""
        form = {
            **sent.fields,
            "MessageSid": sent.contact_id,
            "From": sent.sender,
            "To": sent.proxy_phone_number,
            "Body": sent.words,
            "NumMedia": str(len(sent.media)),
        }
        form |= {f"MediaUrl{place}": one for place, one in enumerate(sent.media)}
        received: dict[str, list[Field]] = defaultdict(list)
        received[sent.sender].append(("Status", "sent"))
        for element in self._ask("/text", form):
            self._send(element, sent, received)
        return received

    def ask(self, path: str, form: Mapping[str, str], host: str = HOST) -> tuple[int, str]:
        """Send a signed request; return the status and the body of the answer."""
        url = f"https://{HOST}{path}"
        signature = RequestValidator(SECRET).compute_signature(url, form)
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Twilio-Signature", signature),
        ]
        event = lambda_event(http_request("POST", path, headers, urlencode(form).encode()))
        event["requestContext"]["domainName"] = host
        answer = self._signed.answer(event)
        return answer["statusCode"], answer["body"]

    def _ask(self, path: str, form: Mapping[str, str]) -> Element:
        answers = [self.ask(path, form) for _ in range(self.reports)]
        status, body = answers[-1]
        assert status == 200, status
        return fromstring(body)  # noqa: S314 - our own answer

    def _call_form(self, sent: Sent) -> dict[str, str]:
        return {
            **sent.fields,
            "CallSid": sent.contact_id,
            "From": sent.sender,
            "To": sent.proxy_phone_number,
            "CallStatus": "ringing",
            "Direction": "inbound",
        }

    def _run(
        self,
        response: Element,
        path: str,
        sent: Sent,
        reply: Reply | None,
        received: dict[str, list[Field]],
    ) -> None:
        """Run what the caller's leg is told to do."""
        for verb in response:
            if verb.tag == "Dial":
                self._dial(verb, sent, received)
                if reply:
                    self._after(verb, path, sent, reply, received)
                return
            if verb.tag != "Hangup":
                received[sent.sender] += [(verb.tag, verb.text or ""), *verb.attrib.items()]

    def _dial(self, dial: Element, sent: Sent, received: dict[str, list[Field]]) -> None:
        received[sent.sender].append(("Status", "ringing"))
        for noun in dial:
            number = (noun.text or "").strip()
            fields = [("From", dial.get("callerId", sent.sender))]
            fields += [(name, dial.attrib[name]) for name in {*dial.attrib} - _OF_THE_CARRIER]
            fields += noun.attrib.items()
            fields += [(one.tag, f"{one.text} {one.attrib}") for one in noun]
            received[number] += fields

    def _after(
        self, dial: Element, path: str, sent: Sent, reply: Reply, received: dict[str, list[Field]]
    ) -> None:
        """Report the end of a Dial, and run the answer on the caller's leg."""
        if reply.outcome is Outcome.COMPLETED:
            received[sent.sender].append(("Status", "answered"))
        action = dial.get("action")
        if action is None:
            return
        form = {
            **self._call_form(sent),
            **reply.fields,
            "DialCallStatus": _STATUS[reply.outcome],
            "DialCallDuration": "7",
        }
        target = urljoin(path, action)
        self._run(self._ask(target, form), target, sent, reply, received)

    def _send(self, message: Element, sent: Sent, received: dict[str, list[Field]]) -> None:
        recipient = message.get("to", sent.sender)
        body = [one.text or "" for one in message if one.tag == "Body"] or [message.text or ""]
        media = [one.text or "" for one in message if one.tag == "Media"]
        known = {"from", "to", "statusCallback"}
        fields = [("From", message.get("from", PROXY))]
        fields += [(CONTENT, one) for one in (*body, *media)]
        fields += [(name, value) for name, value in message.attrib.items() if name not in known]
        received[recipient] += fields
        if callback := message.get("statusCallback"):
            status = {"MessageStatus": "delivered", "From": PROXY, "To": recipient}
            self._ask(urljoin("/text", callback), {"MessageSid": "SMout", **status})


MakeCarrier = Callable[..., TwimlCarrier]
