"""The conformance suite of stores: every store passes it."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.service.sessions import HOUR, NOW, NUMBER, new_session

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
    ProxySession,
    Status,
)
from chime_proxy_service.store import Addition, Store

DAY = timedelta(days=1)
REGION = "us-east-1"
Make = Callable[..., ProxySession]


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """An empty store."""
    return make_store()


@pytest.fixture
def make(connector: Connector) -> Make:
    """Make a session of two participants that begins now and lasts an hour."""
    return lambda *arguments: new_session(connector, *arguments)


def test_session_is_read_as_it_was_written(store: Store, make: Make) -> None:
    """Every member of a session comes back, by its key and by its number."""
    session = replace(
        make("1", "+1", "+2"),
        capabilities=frozenset({Capability.SMS}),
        created_at=NOW + timedelta(microseconds=1),
        expires_at=NOW + HOUR + timedelta(microseconds=999_999),
        name="Ride 7",
        number_selection_behavior=NumberSelectionBehavior.AVOID_STICKY,
        geo_match_level=GeoMatchLevel.AREA_CODE,
        geo_match_params=GeoMatchParams("US", ""),
        request_digest="0123",
    )

    assert store.add(session, NOW) is Addition.ADDED
    assert store.session(session.key) == session
    behind = store.session_behind(REGION, NUMBER, "+2")
    assert behind
    assert replace(behind, request_digest="0123") == session


@pytest.mark.parametrize("fallback", [None, "+3"])
def test_configuration_is_read_as_it_was_written(
    store: Store, connector: Connector, fallback: str | None
) -> None:
    """A configuration comes back whole, is replaced as a whole, and is gone when removed."""
    first = ProxyConfiguration(
        default_session_expiry_minutes=1,
        phone_number_countries=("US", "CA"),
        disabled=True,
        fall_back_phone_number=fallback,
    )
    second = ProxyConfiguration(default_session_expiry_minutes=2, phone_number_countries=("GB",))

    for configuration in (first, second):
        store.put_configuration(connector, configuration)
        assert store.configuration(connector) == configuration
        assert store.creation_data(connector, ("+1", "+2"), NOW).configuration == configuration
    store.remove_configuration(connector)
    store.remove_configuration(connector)
    assert store.configuration(connector) is None
    assert store.creation_data(connector, ("+1", "+2"), NOW).configuration is None


def test_add_refuses_a_busy_number(store: Store, make: Make) -> None:
    """Of two sessions with one number and a shared participant only the first is added."""
    assert store.add(make("1", "+1", "+2"), NOW) is Addition.ADDED
    for pair in (("+3", "+2"), ("+2", "+3"), ("+1", "+4"), ("+4", "+1")):
        refused = make("2", *pair)
        assert store.add(refused, NOW) is Addition.NUMBER_TAKEN
        assert store.session(refused.key) is None
        assert store.session_behind(REGION, NUMBER, "+3") is None
    just_before = NOW + HOUR - timedelta(microseconds=1)
    assert store.add(make("2", "+3", "+2"), just_before) is Addition.NUMBER_TAKEN
    assert store.add(make("2", "+3", "+2"), NOW + HOUR) is Addition.ADDED


def test_add_refuses_a_taken_id(store: Store, make: Make) -> None:
    """An id is taken by its session, open or closed, whoever the participants are."""
    assert store.add(make("1", "+1", "+2"), NOW) is Addition.ADDED
    for later in (NOW, NOW + HOUR, NOW + 29 * DAY):
        assert store.add(make("1", "+1", "+2"), later) is Addition.ID_TAKEN
        assert store.add(make("1", "+3", "+4"), later) is Addition.ID_TAKEN
    assert store.session_behind(REGION, NUMBER, "+3") is None


def test_deleted_id_stays_taken_for_a_day(store: Store, make: Make) -> None:
    """A repetition that comes after the deletion does not bring the session back."""
    session = make("1", "+1", "+2")
    store.add(session, NOW)
    store.remove(session, NOW + HOUR / 2)

    for later in (NOW + HOUR / 2, NOW + 3 * HOUR, NOW + 24 * HOUR):
        assert store.add(session, later) is Addition.ID_TAKEN
    assert store.session(session.key) is None
    again = make("1", "+3", "+4", NOW + 25 * HOUR)
    assert store.add(again, NOW + 25 * HOUR) is Addition.ADDED
    assert store.session(again.key) == again


def test_replace_refuses_what_changed(store: Store, make: Make) -> None:
    """Of two changes to the same state only the first is made, and a removed session stays so."""
    before = make("1", "+1", "+2")
    store.add(before, NOW)
    one = replace(before, expiry_minutes=1, revision=1)

    assert store.replace(before, one)
    assert not store.replace(before, replace(before, expiry_minutes=2, revision=1))
    assert store.session(before.key) == store.session_behind(REGION, NUMBER, "+1") == one

    store.remove(one, NOW)
    assert not store.replace(one, replace(one, revision=2))
    assert store.session(before.key) is None
    assert store.session_behind(REGION, NUMBER, "+1") is None


def test_change_keeps_the_digest_of_the_request(store: Store, make: Make) -> None:
    """A change that was decided on what a number leads to does not lose the request's digest."""
    store.add(replace(make("1", "+1", "+2"), request_digest="0123"), NOW)
    before = store.session_behind(REGION, NUMBER, "+1")
    assert before

    assert store.replace(before, replace(before, revision=1))
    session = store.session(before.key)
    assert session
    assert session.request_digest == "0123"


def test_extended_session_keeps_its_number(store: Store, make: Make) -> None:
    """A number stays busy until the expiry that a change has set."""
    before = make("1", "+1", "+2")
    store.add(before, NOW)
    store.replace(before, replace(before, expires_at=NOW + 3 * HOUR, revision=1))

    assert store.add(make("2", "+3", "+2"), NOW + 2 * HOUR) is Addition.NUMBER_TAKEN
    assert store.add(make("2", "+3", "+2"), NOW + 3 * HOUR) is Addition.ADDED


def test_replace_refuses_what_lost_its_number(store: Store, make: Make) -> None:
    """An expired session is not extended once another has its number for either participant."""
    expired = make("1", "+1", "+2")
    store.add(expired, NOW)
    taker = make("2", "+3", "+2", NOW + HOUR)
    store.add(taker, NOW + HOUR)
    longer = replace(expired, expires_at=NOW + 3 * HOUR, revision=1)

    assert not store.replace(expired, longer)
    store.remove(taker, NOW + HOUR)
    assert not store.replace(expired, longer)
    assert store.session(expired.key) == expired


def test_remove_is_done_once(store: Store, make: Make) -> None:
    """Of two removals the second finds nothing, and the number is free at once."""
    session = make("1", "+1", "+2")
    store.add(session, NOW)

    assert store.remove(session, NOW)
    assert not store.remove(session, NOW)
    assert not store.remove(make("2", "+1", "+2"), NOW)
    assert store.add(make("3", "+1", "+2"), NOW) is Addition.ADDED


def test_removing_the_expired_leaves_the_taker(store: Store, make: Make) -> None:
    """When an expired session is removed, its number stays busy for the one that took it."""
    expired, later = make("1", "+1", "+2"), NOW + 2 * HOUR
    store.add(expired, NOW)
    taker = make("2", "+3", "+2", later)
    store.add(taker, later)

    assert store.remove(expired, later)

    assert store.session_behind(REGION, NUMBER, "+2") == taker
    assert store.session_behind(REGION, NUMBER, "+1") is None
    data = store.creation_data(taker.key.connector, ("+2", "+9"), later)
    assert data.used_until == {NUMBER: taker.expires_at}


def test_used_until_is_the_last_end(store: Store, make: Make) -> None:
    """Of a number that both participants have had, the later end counts; a deletion is an end."""
    store.add(make("1", "+1", "+3"), NOW)
    store.add(make("2", "+2", "+4", NOW + HOUR), NOW + HOUR)
    other = replace(make("3", "+1", "+2"), proxy_phone_number="+12125550101")
    store.add(other, NOW)
    connector = other.key.connector

    for pair in (("+1", "+2"), ("+2", "+1")):
        used = store.creation_data(connector, pair, NOW).used_until
        assert used == {NUMBER: NOW + 2 * HOUR, "+12125550101": NOW + HOUR}
    store.remove(other, NOW + HOUR / 2)
    used = store.creation_data(connector, ("+1", "+9"), NOW).used_until
    assert used == {NUMBER: NOW + HOUR, "+12125550101": NOW + HOUR / 2}


def test_last_number_outlives_the_session(store: Store, make: Make) -> None:
    """The last number of two participants is known after a deletion, in either order, for 30 days."""
    session = make("1", "+1", "+2")
    connector = session.key.connector
    elsewhere = Connector(connector.region, "zyxwvu1ghij2klmno3pqr4")
    store.add(session, NOW)
    store.remove(session, NOW)

    later = NOW + 29 * DAY
    assert store.creation_data(connector, ("+2", "+1"), later).last_number == NUMBER
    assert store.creation_data(elsewhere, ("+1", "+2"), later).last_number is None
    assert store.creation_data(connector, ("+1", "+3"), later).last_number is None
    assert store.creation_data(connector, ("+1", "+2"), NOW + 31 * DAY).last_number is None


def test_list_has_every_session_once_in_order(
    store: Store, make: Make, connector: Connector
) -> None:
    """Parts that follow each other's positions have every session of the connector once."""
    sessions = [
        make(f"{17 * n % 30:02}", f"+1{n}", f"+2{n}", NOW + timedelta(milliseconds=n // 3))
        for n in range(30)
    ]
    for session in sessions:
        store.add(session, NOW)
    expected = sorted(sessions, key=lambda session: session.position)

    for limit in (1, 7, 29, 30, 31):
        seen: list[ProxySession] = []
        position = None
        for _ in itertools.count():
            part = store.sessions_after(connector, position, limit, now=NOW)
            seen += part.sessions
            position = part.position
            if position is None:
                break
        assert seen == expected
    other = replace(connector, region="eu-west-1")
    assert store.sessions_after(other, None, 10, now=NOW).sessions == ()


def test_list_of_open_sessions_has_all_of_them(
    store: Store, make: Make, connector: Connector
) -> None:
    """Open sessions are listed as long as they are open; a list of all has the closed ones, too."""
    short, long = make("1", "+1", "+2"), make("2", "+3", "+4")
    store.add(short, NOW)
    store.add(long, NOW)
    extended = replace(long, expires_at=NOW + 3 * HOUR, revision=1)
    store.replace(long, extended)

    for later in (NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 4 * HOUR):
        of_open = store.sessions_after(connector, None, 10, now=later, only_open=True).sessions
        of_all = store.sessions_after(connector, None, 10, now=later).sessions
        still = [one for one in (short, extended) if one.expires_at > later]
        assert [one for one in of_open if one.expires_at > later] == still
        assert of_all == (short, extended)


def test_simultaneous_additions_of_an_id_make_one_session(store: Store, make: Make) -> None:
    """Of many simultaneous repetitions one adds the session, and the others find the id taken."""
    session = make("1", "+1", "+2")

    with ThreadPoolExecutor(10) as threads:
        results = list(threads.map(lambda _: store.add(session, NOW), range(20)))

    assert results.count(Addition.ADDED) == 1
    assert results.count(Addition.ID_TAKEN) == 19


def test_simultaneous_additions_of_a_number_make_one_session(store: Store, make: Make) -> None:
    """Of many sessions that want one number for one participant, one gets it."""
    sessions = [make(str(n), "+1", f"+2{n}") for n in range(20)]

    with ThreadPoolExecutor(10) as threads:
        results = list(threads.map(lambda session: store.add(session, NOW), sessions))

    assert results.count(Addition.ADDED) == 1
    assert results.count(Addition.NUMBER_TAKEN) == 19
    there = [session for session in sessions if store.session(session.key)]
    assert len(there) == 1
    assert store.session_behind(REGION, NUMBER, "+1") == there[0]


def test_simultaneous_changes_of_a_state_make_one(store: Store, make: Make) -> None:
    """Of many changes to the same state one is made."""
    before = make("1", "+1", "+2")
    store.add(before, NOW)
    changes = [replace(before, expiry_minutes=n, revision=1) for n in range(1, 21)]

    with ThreadPoolExecutor(10) as threads:
        results = list(threads.map(lambda after: store.replace(before, after), changes))

    assert results.count(True) == 1
    assert store.session(before.key) == changes[results.index(True)]
    assert store.session_behind(REGION, NUMBER, "+2") == changes[results.index(True)]


def test_status_is_kept(store: Store, make: Make) -> None:
    """A call that is up is known to whoever reads the session."""
    before = make("1", "+1", "+2")
    store.add(before, NOW)
    store.replace(before, replace(before, status=Status.IN_PROGRESS, revision=1))

    for session in (store.session(before.key), store.session_behind(REGION, NUMBER, "+1")):
        assert session
        assert session.status is Status.IN_PROGRESS
