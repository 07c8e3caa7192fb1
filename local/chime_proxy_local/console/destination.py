"""Finds the service for a call or a text from any number to any."""

from collections.abc import Sequence
from datetime import datetime

from chime_proxy_local.console.form import FormError
from chime_proxy_local.console.local_service import LocalService
from chime_proxy_service.contact import Contact
from chime_proxy_service.session import ProxySession


def destination(
    contact: Contact, services: Sequence[LocalService], now: datetime
) -> LocalService | None:
    """Return the service that has the sender's session; None if none has.

    An open session comes before one that was closed.

    Args:
        contact: the call or text.
        services: those to look at.
        now: the time.

    Raises:
        FormError: several have one, so the reader must choose.
    """
    found = [(one, session) for one in services if (session := _session(contact, one))]
    still_open = [(one, session) for one, session in found if now < session.expires_at]
    match still_open or found:
        case []:
            return None
        case [(service, _)]:
            return service
        case several:
            titles = ", ".join(one.title for one, _ in several)
            msg = f"The sender has a session with this number in several services: {titles}. Choose one."
            raise FormError(msg)


def _session(contact: Contact, service: LocalService) -> ProxySession | None:
    return service.store.session_behind(contact.region, contact.proxy_phone_number, contact.sender)
