"""The checks by which a session's closing is noticed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.telephony.scene import ALICE, BOB, PROXY, Scene

from chime_proxy_service.contact import Connection, Contact
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.expiry import ExpiryCheck, after_check, check_of
from chime_proxy_service.records import Change, SessionRecord
from chime_proxy_service.requests import UpdateRequest
from chime_proxy_service.session import Capability, ProxySession

HOUR = timedelta(hours=1)


@pytest.fixture
def scene() -> Scene:
    """A session of an hour, opened at a time with a fraction of a second."""
    return Scene(now=datetime(2030, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC))


def stored(scene: Scene) -> ProxySession | None:
    """The session; None if it was deleted."""
    try:
        return scene.service.get(scene.session.key)
    except NotFoundError:
        return None


def first_check(scene: Scene) -> ExpiryCheck:
    """The check that the creation makes."""
    return check_of(SessionRecord.of(Change.OPENED, scene.session))


def text(scene: Scene) -> None:
    """Use the session by a text."""
    contact = Contact(
        region="us-east-1",
        sender=ALICE.number,
        proxy_phone_number=PROXY,
        capability=Capability.SMS,
        contact_id=str(scene.now),
    )
    assert isinstance(scene.service.connect(contact), Connection)


def update(scene: Scene, minutes: int) -> ExpiryCheck:
    """Update the session, and return the check that the update makes."""
    request = UpdateRequest(
        key=scene.session.key, capabilities=frozenset(Capability), expiry_minutes=minutes
    )
    return check_of(SessionRecord.of(Change.UPDATED, scene.service.update(request)))


def test_check_comes_when_no_change_from_before_the_expiry_can_still_be_under_way(
    scene: Scene,
) -> None:
    """A function ends after ten seconds, so the check is at least as long after the expiry."""
    check = first_check(scene)

    assert timedelta(seconds=10) < check.at - scene.session.expires_at <= timedelta(seconds=11)
    assert check.at.microsecond == 0


def test_closed_session_is_recorded_with_its_expiry(scene: Scene) -> None:
    """An unused session has a record of its closing."""
    check = first_check(scene)

    record = after_check(check, stored(scene), check.at)

    assert isinstance(record, SessionRecord)
    assert (record.change, record.session) == (Change.CLOSED, scene.session.key)
    assert record.expires_at == scene.session.expires_at


def test_used_session_is_checked_again_at_its_present_expiry(scene: Scene) -> None:
    """A use a moment before the expiry moves the closing, and the next check finds it."""
    check = first_check(scene)
    scene.now = scene.session.expires_at - timedelta(milliseconds=1)
    text(scene)

    following = after_check(check, stored(scene), check.at)

    assert isinstance(following, ExpiryCheck)
    assert following.at - check.at == HOUR
    last = after_check(following, stored(scene), following.at)
    assert isinstance(last, SessionRecord)
    assert last.expires_at == scene.now + HOUR


def test_check_that_comes_late_still_finds_the_closing_after_a_use(scene: Scene) -> None:
    """Nothing is lost if the session was used and closed again before the check came."""
    check = first_check(scene)
    scene.now += timedelta(minutes=59)
    text(scene)

    record = after_check(check, stored(scene), check.at + 2 * HOUR)

    assert isinstance(record, SessionRecord)
    assert record.expires_at == scene.now + HOUR


def test_shorter_expiry_is_recorded_once_by_the_check_of_the_update(scene: Scene) -> None:
    """The check of the former expiry leaves the closing to the one that the update made."""
    check, earlier = first_check(scene), update(scene, 5)

    assert earlier.at < check.at
    assert isinstance(after_check(earlier, stored(scene), earlier.at), SessionRecord)
    assert after_check(check, stored(scene), check.at) is None


def test_checks_of_one_expiry_are_the_same(scene: Scene) -> None:
    """The check of an update and the one that follows an earlier check are one."""
    check = first_check(scene)
    scene.now += timedelta(minutes=30)
    updated = update(scene, 60)

    assert after_check(check, stored(scene), check.at) == updated


def test_deleted_session_has_no_closing(scene: Scene) -> None:
    """A deletion has an event of its own."""
    check = first_check(scene)
    scene.service.delete(scene.session.key)

    assert after_check(check, stored(scene), check.at) is None


@pytest.mark.parametrize("behind", [timedelta(milliseconds=1), timedelta(minutes=90)])
def test_check_before_the_expiry_is_repeated_after_a_minute(
    scene: Scene, behind: timedelta
) -> None:
    """A clock that is behind leads to another check each minute, never to the same one again."""
    check = first_check(scene)
    now = scene.session.expires_at - behind

    following = after_check(check, stored(scene), now)

    assert following == replace(check, at=check.at + timedelta(minutes=1))
    again = after_check(following, stored(scene), now + timedelta(minutes=1))
    assert isinstance(again, ExpiryCheck if behind > timedelta(minutes=1) else SessionRecord)


def test_nothing_of_a_check_is_a_phone_number(scene: Scene) -> None:
    """A check has the session's key and two times."""
    check = str(first_check(scene))

    assert scene.session.key.proxy_session_id in check
    assert not [one for one in (ALICE.number, BOB.number, PROXY) if one.strip("+") in check]
