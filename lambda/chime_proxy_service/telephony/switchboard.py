"""Answers a carrier's adapter: whom a call or a text reaches, and that it has ended.

An adapter turns a carrier's report into a `Contact` or an `End`, and the answer into the carrier's
own words. It does three things on its own:

- It shows the recipient `Connection.shown_number` and nothing else about the sender, and the sender
  nothing about the recipient. tests/telephony searches all that each side receives.
- It lets the recipient's phone ring for `RING_TIME` and cuts a call at `talk_time`, so that no
  call is up after the service counts it as ended.
- It reports every end it learns of, as often as it learns of it.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from chime_proxy_service import records
from chime_proxy_service.contact import Connection, Contact, End, Refusal
from chime_proxy_service.errors import ServiceError, UnavailableError
from chime_proxy_service.records import ContactRecord
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Capability

RING_TIME = timedelta(seconds=45)
"""The time for which the recipient's phone rings."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")


class Switchboard:
    """Connects calls and texts by a service, and records each of them.

    Args:
        service: decides.
        record: is given each record. Repeated reports of a session's call or text make one; of a
            refusal, of a call to a FallBackPhoneNumber, and of the delivery of a text, each makes
            one.
        noted: is told of each error of the service.
    """

    def __init__(
        self,
        service: ProxySessionService,
        *,
        record: Callable[[ContactRecord], object],
        noted: Callable[[ServiceError], object],
    ) -> None:
        self._service = service
        self._record = record
        self._noted = noted

    @property
    def talk_time(self) -> timedelta:
        """The time after which an answered call is cut."""
        return self._service.call_limit - RING_TIME

    def connect(self, contact: Contact) -> Connection | Refusal:
        """Return the person a call or a text reaches. There is always an answer."""
        fate = self._fate_of(contact)
        if isinstance(fate, Refusal) or not fate.is_repeated:
            self._record(records.answered(contact, fate))
        return fate

    def end(self, end: End) -> None:
        """Record the end of a call, or the delivery of a text.

        A contact without two numbers was refused, so its end is not recorded.

        Raises:
            UnavailableError: the store could not decide; the carrier should report it again.
        """
        if not _has_numbers(end.contact):
            return
        try:
            self._end(end)
        except UnavailableError as error:
            self._noted(error)
            raise

    def _end(self, end: End) -> None:
        if end.is_fallback:
            self._record(records.ended(end, None))
        elif end.contact.capability is Capability.SMS:
            self._record(records.ended(end, self._service.session_of(end.contact)))
        elif session := self._service.end_call(end):
            self._record(records.ended(end, session))

    def _fate_of(self, contact: Contact) -> Connection | Refusal:
        # Callers who hide their number come with a word in its place.
        if not _has_numbers(contact):
            return Refusal.UNKNOWN
        try:
            return self._service.connect(contact)
        except UnavailableError as error:
            self._noted(error)
            return Refusal.UNAVAILABLE


def _has_numbers(contact: Contact) -> bool:
    numbers = contact.sender, contact.proxy_phone_number
    return all(_E164.fullmatch(one) for one in numbers)
