"""The times for which sessions and their traces are kept."""

from datetime import datetime, timedelta

from chime_proxy_service.session import ProxySession

DELETED_ID_KEPT = timedelta(days=1)
"""The time for which a deleted session's id is refused to a late repetition of its creation."""


def kept_until(session: ProxySession) -> datetime:
    """Return the time until which the session can be read if nothing restarts its clock."""
    return session.expires_at + session.retention


def readable(session: ProxySession, now: datetime) -> bool:
    """Return True until the session's retention is over, which begins at its expiry."""
    return now < kept_until(session)
