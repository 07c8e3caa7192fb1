"""Checks of sessions at their expiry, since nothing else happens when a session closes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chime_proxy_service.records import Change, SessionRecord
from chime_proxy_service.session import ProxySession, SessionKey

# A change that was decided before the expiry is stored within the ten seconds of a function.
_MARGIN = timedelta(seconds=11)
_REPEATED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ExpiryCheck:
    """A check of a session at an expiry.

    Args:
        session: the session.
        expires_at: the expiry, in whole seconds.
        at: the time of the check, in whole seconds.
    """

    session: SessionKey
    expires_at: datetime
    at: datetime


def check_of(record: SessionRecord) -> ExpiryCheck:
    """Return the check of a session that was opened or updated."""
    return _check(record.session, record.expires_at)


def after_check(
    check: ExpiryCheck, session: ProxySession | None, now: datetime
) -> SessionRecord | ExpiryCheck | None:
    """Return the record of a closed session, or the next check of an open one.

    None if the session was deleted, or if it closed earlier than the check expects: the update that
    shortened it has a check of its own.

    Args:
        check: the present check.
        session: the session as it is stored; None if it was deleted.
        now: the time. If it is before the session's expiry the check came early, by clocks that
            differ. It is repeated after a minute.
    """
    if session is None:
        return None
    expires_at = _in_seconds(session.expires_at)
    if now < session.expires_at:
        if expires_at == check.expires_at:
            return replace(check, at=check.at + _REPEATED_AFTER)
        return _check(session.key, expires_at)
    if expires_at < check.expires_at:
        return None
    return SessionRecord.of(Change.CLOSED, session)


def _check(session: SessionKey, expires_at: datetime) -> ExpiryCheck:
    whole = _in_seconds(expires_at)
    return ExpiryCheck(session, whole, whole + _MARGIN)


def _in_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
