"""Answers the webhooks of Twilio, and of carriers that speak its XML, with TwiML.

| Path | Asked | Answer |
|---|---|---|
| `/call` | somebody calls a proxy number | Dial, or Say and Hangup |
| `/call-ended` | the call of a Dial has ended | Hangup; Say before, if nobody was reached |
| `/call-status` | the number's status callback: a call has ended | nothing |
| `/text` | somebody texts a proxy number | Message, or nothing |
| `/text-status` | the status of a Message | nothing |

The end of a call is reported by `/call-ended` and again by `/call-status`; only the first tells a
call to a FallBackPhoneNumber. The addresses in answers are relative, so that they are on the host
that the carrier asked.

Source: Twilio's reference of TwiML and of its webhooks' parameters.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from chime_proxy_service.contact import Connection, Contact, End, Outcome, Refusal
from chime_proxy_service.session import Capability
from chime_proxy_service.telephony.announcements import announcements
from chime_proxy_service.telephony.switchboard import RING_TIME, Switchboard

Form = Mapping[str, str]

_OUTCOMES = {
    "completed": Outcome.COMPLETED,
    "answered": Outcome.COMPLETED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "canceled": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "delivered": Outcome.COMPLETED,
    "undelivered": Outcome.FAILED,
}
# The carrier itself acts on these, and the recipient could not tell them from the sender's words.
_OPT_OUT = frozenset(
    {"CANCEL", "END", "OPTOUT", "QUIT", "REVOKE", "STOP", "STOPALL", "UNSUBSCRIBE"}
)
_MOST_MEDIA = 10
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TwimlWebhook:
    """Answers a carrier's signed requests; whoever calls it has checked the signature.

    Args:
        switchboard: decides.
        region: the AWS region of the sessions.
        language: the language of the announcements, such as ``en-US``.

    Raises:
        ValueError: there are no announcements in the language.
    """

    def __init__(self, switchboard: Switchboard, *, region: str, language: str) -> None:
        self._switchboard = switchboard
        self._region = region
        self._language = language
        self._sentences = announcements(language)
        self._actions: dict[str, Callable[[Form], Element]] = {
            "/call": self._call,
            "/call-ended": self._call_ended,
            "/call-status": self._call_status,
            "/text": self._text,
            "/text-status": self._text_status,
        }

    def answer(self, path: str, form: Form) -> str | None:
        """Return the XML that answers a request; None if nothing has the path.

        Args:
            path: such as ``/call``.
            form: the parameters of the body and of the query.

        Raises:
            UnavailableError: an end could not be recorded; the carrier should report it again.
        """
        action = self._actions.get(path)
        return action and tostring(action(form), encoding="unicode")

    def _call(self, form: Form) -> Element:
        fate = self._switchboard.connect(self._contact(form, Capability.VOICE, "CallSid"))
        if isinstance(fate, Refusal):
            return self._spoken(self._sentences[fate])
        response = Element("Response")
        dial = SubElement(
            response,
            "Dial",
            callerId=fate.shown_number,
            answerOnBridge="true",
            timeout=_seconds(RING_TIME),
            timeLimit=_seconds(self._switchboard.talk_time),
            action="call-ended" if fate.session else "call-ended?reached=fallback",
        )
        SubElement(dial, "Number").text = fate.recipient
        return response

    def _call_ended(self, form: Form) -> Element:
        outcome = _OUTCOMES.get(form.get("DialCallStatus", ""), Outcome.FAILED)
        self._end_call(form, outcome, form.get("DialCallDuration"))
        if outcome is Outcome.COMPLETED:
            return self._spoken("")
        return self._spoken(self._sentences[outcome])

    def _call_status(self, form: Form) -> Element:
        outcome = _OUTCOMES.get(form.get("CallStatus", ""))
        if outcome:
            self._end_call(form, outcome, form.get("CallDuration"))
        return Element("Response")

    def _text(self, form: Form) -> Element:
        response = Element("Response")
        if _is_opt_out(form):
            return response
        contact = self._contact(form, Capability.SMS, "MessageSid")
        fate = self._switchboard.connect(contact)
        if isinstance(fate, Connection):
            response.append(_message(form, fate, contact.contact_id))
        # Two machines that answer each other would never stop.
        elif fate is not Refusal.UNKNOWN:
            SubElement(response, "Message").text = self._sentences[fate]
        return response

    def _text_status(self, form: Form) -> Element:
        outcome = _OUTCOMES.get(form.get("MessageStatus", ""))
        if outcome:
            # It is about the Message to the recipient, whose leg has the same session.
            contact = Contact(
                region=self._region,
                sender=form.get("To", ""),
                proxy_phone_number=form.get("From", ""),
                capability=Capability.SMS,
                contact_id=form.get("text", ""),
            )
            self._switchboard.end(End(contact=contact, outcome=outcome))
        return Element("Response")

    def _end_call(self, form: Form, outcome: Outcome, seconds: str | None) -> None:
        end = End(
            contact=self._contact(form, Capability.VOICE, "CallSid"),
            outcome=outcome,
            duration=timedelta(seconds=int(seconds)) if seconds and seconds.isdecimal() else None,
            is_fallback=form.get("reached") == "fallback",
        )
        self._switchboard.end(end)

    def _contact(self, form: Form, capability: Capability, name_of_id: str) -> Contact:
        return Contact(
            region=self._region,
            sender=form.get("From", ""),
            proxy_phone_number=form.get("To", ""),
            capability=capability,
            contact_id=form.get(name_of_id, ""),
        )

    def _spoken(self, sentence: str) -> Element:
        response = Element("Response")
        if sentence:
            SubElement(response, "Say", language=self._language).text = sentence
        SubElement(response, "Hangup")
        return response


def _message(form: Form, connection: Connection, text_id: str) -> Element:
    message = Element(
        "Message",
        {
            "from": connection.shown_number,
            "to": connection.recipient,
            "statusCallback": f"text-status?{urlencode({'text': text_id})}",
        },
    )
    SubElement(message, "Body").text = _NOT_XML.sub("", form.get("Body", ""))
    media = (form.get(f"MediaUrl{place}") for place in range(_MOST_MEDIA))
    for address in filter(None, media):
        SubElement(message, "Media").text = address
    return message


def _is_opt_out(form: Form) -> bool:
    return "OptOutType" in form or form.get("Body", "").strip().upper() in _OPT_OUT


def _seconds(duration: timedelta) -> str:
    return str(int(duration.total_seconds()))
