"""Answers Asterisk's question whom a call reaches, and records the ends of calls.

`templates/extensions.conf` is the other half. It asks, dials or announces. At the end of a connected
call it leaves ``1767225600.4,+14155550142,+12065550100,session,ANSWER,61,end`` or the like.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

from chime_proxy_service.contact import Contact, End, Outcome, Refusal
from chime_proxy_service.session import Capability
from chime_proxy_service.telephony.announcements import Occasion
from chime_proxy_service.telephony.switchboard import Switchboard

Variables = Mapping[str, str]

_ENDED = re.compile(r"([0-9.]+),(\+\d+),(\+\d+),(session|fallback),([A-Z]*),(\d*),end")
_OUTCOMES = {
    "ANSWER": Outcome.COMPLETED,
    "BUSY": Outcome.BUSY,
    "NOANSWER": Outcome.NO_ANSWER,
    "CANCEL": Outcome.NO_ANSWER,
    # The caller hung up before Asterisk dialled.
    "": Outcome.NO_ANSWER,
}


def announcement(occasion: Occasion) -> str:
    """Return the name of an occasion's recording, such as ``not_carried``."""
    return occasion.name.lower()


class SipCalls:
    """The calls of one trunk.

    Args:
        switchboard: decides.
        region: the AWS region of the sessions.
    """

    def __init__(self, switchboard: Switchboard, *, region: str) -> None:
        self._switchboard = switchboard
        self._region = region

    def connect(self, fields: Mapping[str, str]) -> Variables:
        """Return the variables to tell Asterisk whom a call reaches.

        They are CALL, SHOWN_NUMBER and RECIPIENT, or REFUSAL alone.

        Args:
            fields: those of Asterisk's request: `uniqueid`, `callerid` and `extension`.
        """
        contact = self._contact(fields["uniqueid"], fields["callerid"], fields["extension"])
        fate = self._switchboard.connect(contact)
        if isinstance(fate, Refusal):
            return {"REFUSAL": announcement(fate)}
        ids = (contact.contact_id, contact.sender, contact.proxy_phone_number)
        return {
            "CALL": ",".join((*ids, "session" if fate.session else "fallback")),
            "SHOWN_NUMBER": fate.shown_number,
            "RECIPIENT": fate.recipient,
        }

    def end(self, line: str) -> None:
        """Record the end of a call.

        Args:
            line: as Asterisk leaves it: the variable CALL, how it ended and the seconds it was
                answered.

        Raises:
            ValueError: the line has another form.
            UnavailableError: the end is to be reported again.
        """
        found = _ENDED.fullmatch(line)
        if not found:
            msg = "This is no end of a call"
            raise ValueError(msg)
        call_id, sender, number, kind, status, seconds = found.groups()
        self._switchboard.end(
            End(
                contact=self._contact(call_id, sender, number),
                outcome=_OUTCOMES.get(status, Outcome.FAILED),
                duration=timedelta(seconds=int(seconds)) if seconds else None,
                is_fallback=kind == "fallback",
            )
        )

    def _contact(self, call_id: str, sender: str, number: str) -> Contact:
        return Contact(
            region=self._region,
            sender=sender,
            proxy_phone_number=number,
            capability=Capability.VOICE,
            contact_id=call_id,
        )
