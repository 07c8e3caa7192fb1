import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.service.conftest import BEGINNING

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import BadRequestError
from chime_proxy_service.handlers.fictional_numbers import fictional_numbers
from chime_proxy_service.number_choice import choose_number, preferred_place
from chime_proxy_service.number_pool import NumberPool, Place, place_of
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
)
from chime_proxy_service.store import CreationData

Ask = Callable[..., CreateRequest]
PassTime = Callable[..., None]
Count = Callable[[int], int]
STICKY, AVOIDING = NumberSelectionBehavior

ALICE, BOB, CAROL = "+12025550101", "+13035550102", "+16135550103"
TWO_NUMBERS = ("+12125550100", "+12125550101")


@pytest.fixture
def scarce(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
) -> ProxySessionService:
    """A configured service with two proxy numbers."""
    service = make_service(numbers=TWO_NUMBERS)
    service.put_configuration(connector, configuration)
    return service


@pytest.fixture
def rich(
    service: ProxySessionService, connector: Connector, configuration: ProxyConfiguration
) -> ProxySessionService:
    """A configured service with all proxy numbers."""
    service.put_configuration(connector, configuration)
    return service


def test_one_number_serves_many_sessions(scarce: ProxySessionService, ask: Ask) -> None:
    """Sessions that share no participant share a proxy number."""
    one = scarce.create(ask(ALICE, BOB))
    other = scarce.create(ask(CAROL, "+14165550104"))

    assert one.proxy_phone_number == other.proxy_phone_number


def test_shared_participant_gets_another_number(scarce: ProxySessionService, ask: Ask) -> None:
    """Sessions that share a participant have different numbers, on either side of the session."""
    numbers = [
        scarce.create(ask(ALICE, BOB)).proxy_phone_number,
        scarce.create(ask(CAROL, ALICE)).proxy_phone_number,
    ]

    assert sorted(numbers) == sorted(TWO_NUMBERS)


def test_pairs_are_unique_across_connectors(
    scarce: ProxySessionService, ask: Ask, configuration: ProxyConfiguration
) -> None:
    """A session on another connector does not take a pair that is in use."""
    other = Connector("us-east-1", "zyxwvu9tsrq8ponmlk7jih")
    scarce.put_configuration(other, configuration)

    numbers = {
        scarce.create(ask(ALICE, BOB)).proxy_phone_number,
        scarce.create(ask(ALICE, BOB, connector=other)).proxy_phone_number,
    }

    assert numbers == set(TWO_NUMBERS)


def test_creation_without_a_free_number_is_refused(scarce: ProxySessionService, ask: Ask) -> None:
    """A participant whose every number is busy gets no further session, and is told why."""
    scarce.create(ask(ALICE, BOB))
    scarce.create(ask(ALICE, CAROL))

    with pytest.raises(BadRequestError, match=r"No proxy number .*\(US, CA\) is free"):
        scarce.create(ask(ALICE, "+14165550104"))


def test_deleted_session_frees_its_number(scarce: ProxySessionService, ask: Ask) -> None:
    """The number of a deleted session is free at once."""
    scarce.create(ask(ALICE, BOB))
    session = scarce.create(ask(ALICE, CAROL))

    scarce.delete(session.key)

    assert scarce.create(ask(ALICE, CAROL)).proxy_phone_number == session.proxy_phone_number


def test_expired_session_frees_its_number(
    scarce: ProxySessionService, ask: Ask, pass_time: PassTime
) -> None:
    """The number of an expired session is free although the session is still readable."""
    scarce.create(ask(ALICE, BOB))
    session = scarce.create(ask(ALICE, CAROL, expiry_minutes=30))
    pass_time(minutes=30)

    taker = scarce.create(ask(ALICE, "+14165550104"))

    assert taker.proxy_phone_number == session.proxy_phone_number
    assert scarce.get(session.key).proxy_phone_number == session.proxy_phone_number


def test_own_number_is_never_the_proxy(scarce: ProxySessionService, ask: Ask) -> None:
    """A participant's own number is not its proxy number."""
    session = scarce.create(ask(TWO_NUMBERS[0], BOB))

    assert session.proxy_phone_number == TWO_NUMBERS[1]


def test_countries_limit_the_pool(
    rich: ProxySessionService, connector: Connector, ask: Ask
) -> None:
    """Numbers come from the configuration's countries only, sticky ones and near ones too."""
    american = rich.create(ask(ALICE, BOB))
    rich.delete(american.key)
    canada = ProxyConfiguration(default_session_expiry_minutes=60, phone_number_countries=("CA",))
    rich.put_configuration(connector, canada)

    sticky = rich.create(ask(ALICE, BOB, number_selection_behavior=STICKY))
    near = rich.create(ask(ALICE, BOB, geo_match_level=GeoMatchLevel.COUNTRY))

    assert place_of(american.proxy_phone_number).country == "US"
    assert place_of(sticky.proxy_phone_number).country == "CA"
    assert place_of(near.proxy_phone_number).country == "CA"


def test_country_without_numbers_finds_none(
    rich: ProxySessionService, connector: Connector, ask: Ask
) -> None:
    """A configuration may name countries that the pool lacks; sessions then find no number."""
    nowhere = ProxyConfiguration(default_session_expiry_minutes=60, phone_number_countries=("FR",))
    rich.put_configuration(connector, nowhere)

    with pytest.raises(BadRequestError, match=r"\(FR\)"):
        rich.create(ask(ALICE, BOB))


def last_was_second(service: ProxySessionService, ask: Ask) -> None:
    """Give Alice and Bob the second number, then set both free."""
    first = service.create(ask(BOB, CAROL))
    second = service.create(ask(ALICE, BOB))
    assert second.proxy_phone_number == TWO_NUMBERS[1]
    service.delete(first.key)
    service.delete(second.key)


def test_without_preference_the_last_number_does_not_count(
    scarce: ProxySessionService, ask: Ask
) -> None:
    """Without NumberSelectionBehavior the number a pair had before does not count."""
    last_was_second(scarce, ask)

    assert scarce.create(ask(ALICE, BOB)).proxy_phone_number == TWO_NUMBERS[0]


def test_prefer_sticky_takes_the_last_number(scarce: ProxySessionService, ask: Ask) -> None:
    """PreferSticky gives a pair the number it had last, in whichever order it is named."""
    last_was_second(scarce, ask)

    session = scarce.create(ask(BOB, ALICE, number_selection_behavior=STICKY))

    assert session.proxy_phone_number == TWO_NUMBERS[1]


def test_prefer_sticky_gives_way(scarce: ProxySessionService, ask: Ask) -> None:
    """PreferSticky takes another number where the last one is busy."""
    last_was_second(scarce, ask)
    scarce.create(ask(ALICE, BOB, number_selection_behavior=STICKY))

    session = scarce.create(ask(ALICE, BOB, number_selection_behavior=STICKY))

    assert session.proxy_phone_number == TWO_NUMBERS[0]


def test_avoid_sticky_takes_another_number(scarce: ProxySessionService, ask: Ask) -> None:
    """AvoidSticky gives a pair another number each time."""
    numbers = []
    for _ in range(4):
        session = scarce.create(ask(ALICE, BOB, number_selection_behavior=AVOIDING))
        scarce.delete(session.key)
        numbers.append(session.proxy_phone_number)

    assert tuple(numbers) == TWO_NUMBERS * 2


def test_avoid_sticky_gives_way(scarce: ProxySessionService, ask: Ask) -> None:
    """AvoidSticky takes the last number where no other is free."""
    last_was_second(scarce, ask)
    scarce.create(ask(ALICE, CAROL))

    session = scarce.create(ask(ALICE, BOB, number_selection_behavior=AVOIDING))

    assert session.proxy_phone_number == TWO_NUMBERS[1]


@pytest.mark.parametrize(
    ("first", "level", "params", "expected"),
    [
        ("+16135550103", None, None, Place()),
        ("+16135550103", "Country", None, Place("CA")),
        ("+16135550103", "AreaCode", None, Place("CA", "613")),
        ("+442079460123", "AreaCode", None, Place("GB", "20")),
        ("+442079460123", "Country", None, Place("GB")),
        ("+99912345678", "AreaCode", None, Place()),
        ("+16135550103", None, ("US", "415"), Place("US", "415")),
        ("+16135550103", "AreaCode", ("US", "415"), Place("US", "415")),
        ("+16135550103", "Country", ("US", "415"), Place("US")),
        ("+16135550103", None, ("", "415"), Place(None, "415")),
        ("+16135550103", None, ("US", ""), Place("US")),
    ],
)
def test_preferred_place(
    ask: Ask, first: str, level: str | None, params: tuple[str, str] | None, expected: Place
) -> None:
    """GeoMatchParams outranks the first participant, and GeoMatchLevel says how near is near."""
    request = ask(
        first,
        BOB,
        geo_match_level=level and GeoMatchLevel(level),
        geo_match_params=params and GeoMatchParams(*params),
    )

    assert preferred_place(request) == expected


def test_nearest_number_comes_first(rich: ProxySessionService, ask: Ask) -> None:
    """A number of the preferred place comes first, and any other follows where there is none."""
    toronto, yukon = GeoMatchParams("CA", "416"), GeoMatchParams("CA", "867")

    near = rich.create(ask(ALICE, BOB, geo_match_params=toronto))
    far = rich.create(ask(ALICE, BOB, geo_match_params=yukon))

    assert place_of(near.proxy_phone_number) == Place("CA", "416")
    assert place_of(far.proxy_phone_number).country == "US"


def test_stickiness_before_geography(rich: ProxySessionService, ask: Ask) -> None:
    """The number a pair had last outranks one that is nearer."""
    last = rich.create(ask(ALICE, BOB))
    rich.delete(last.key)

    session = rich.create(
        ask(
            ALICE,
            BOB,
            number_selection_behavior=STICKY,
            geo_match_params=GeoMatchParams("CA", "416"),
        )
    )

    assert session.proxy_phone_number == last.proxy_phone_number


@pytest.mark.parametrize("had", [False, True])
def test_simultaneous_creations_spread_over_all_numbers(
    ask: Ask, configuration: ProxyConfiguration, *, had: bool
) -> None:
    """However many numbers are passed over, each free one is chosen as often, had before or not."""
    pool = NumberPool(f"+1212555{line:04}" for line in range(100, 105))
    numbers = list(pool.numbers(("US",), within=Place()))
    used = dict.fromkeys(numbers, BEGINNING) if had else {}
    data = CreationData(configuration=configuration, last_number=None, used_until=used)
    later = BEGINNING + timedelta(hours=1)

    chosen = [choose_number(ask(), pool, data, now=later, skipped=n) for n in range(20)]

    assert chosen == numbers * 4


def test_rested_number_is_the_one_that_has_rested_longest(
    ask: Ask, configuration: ProxyConfiguration
) -> None:
    """A fresh number comes first, then the one used least recently; a busy one never."""
    pool = NumberPool(["+12125550100", "+12125550101", "+12125550102", "+12125550103"])
    hour = timedelta(hours=1)
    used = {
        "+12125550100": BEGINNING + 2 * hour,
        "+12125550101": BEGINNING + hour,
        "+12125550102": BEGINNING + 9 * hour,
    }
    now = BEGINNING + 3 * hour
    data = CreationData(configuration=configuration, last_number=None, used_until=used)

    assert choose_number(ask(), pool, data, now=now) == "+12125550103"
    without = NumberPool(["+12125550100", "+12125550101", "+12125550102"])
    assert choose_number(ask(), without, data, now=now) == "+12125550101"


def test_removed_number_is_not_given_again_though_preferred(
    ask: Ask, configuration: ProxyConfiguration
) -> None:
    """PreferSticky does not bring back a number that the service no longer declares."""
    data = CreationData(configuration=configuration, last_number="+12125550109", used_until={})
    request = ask(number_selection_behavior=STICKY)

    assert choose_number(request, NumberPool(TWO_NUMBERS), data, now=BEGINNING) == TWO_NUMBERS[0]


def test_numbers_are_fictional() -> None:
    """Every proxy number is one of those that no telephone has, and there is each once."""
    numbers = list(NumberPool(fictional_numbers()).numbers(("US", "CA"), within=Place()))

    assert len(set(numbers)) == len(numbers) == 1000
    assert all(number[5:10] == "55501" for number in numbers)


def participants() -> Iterator[tuple[str, str]]:
    """Yield pairs of numbers, each number in many pairs."""
    return ((f"+1310{n % 61:07}", f"+1808{n:07}") for n in itertools.count())


def test_pairs_stay_unique_under_load(rich: ProxySessionService, ask: Ask, count: Count) -> None:
    """With sessions opened by 50 threads no (proxy number, participant) is there twice."""
    requests = [ask(*pair) for pair, _ in zip(participants(), range(count(5000)), strict=False)]

    with ThreadPoolExecutor(50) as threads:
        sessions = list(threads.map(rich.create, requests))

    pairs = [(s.proxy_phone_number, one) for s in sessions for one in s.participants]
    assert len(set(pairs)) == len(pairs) == 2 * count(5000)


def test_allocation_looks_at_no_other_session(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Ask,
    count: Count,
) -> None:
    """However many sessions are open, a new pair of participants takes the first number."""
    service = make_service(numbers=TWO_NUMBERS)
    service.put_configuration(connector, configuration)

    sessions = [service.create(ask(f"+1310{n:07}", f"+1808{n:07}")) for n in range(count(2000))]

    assert {session.proxy_phone_number for session in sessions} == {TWO_NUMBERS[0]}


def test_pool_counts_its_numbers_by_place() -> None:
    """The pool counts its numbers by country and area code."""
    places = NumberPool(fictional_numbers()).places()

    assert places[Place("CA", "604")] == places[Place("US", "206")] == 100
    assert sum(places.values()) == 1000


def test_example_of_the_rules(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    ask: Ask,
    pass_time: PassTime,
) -> None:
    """The example at the top of rules.py goes as it is told there."""
    alice, bob, carol, dave, erin, office = (f"+131055501{n}" for n in (11, 22, 33, 44, 55, 66))
    first, second = "+12065550100", "+12125550100"
    service = make_service(numbers=(first, second))
    configuration = ProxyConfiguration(
        default_session_expiry_minutes=60,
        phone_number_countries=("US",),
        fall_back_phone_number=office,
    )
    service.put_configuration(connector, configuration)

    def call(sender: str) -> Connection | Refusal:
        return service.connect(
            Contact(
                region=connector.region,
                sender=sender,
                proxy_phone_number=first,
                capability=Capability.VOICE,
            )
        )

    sessions = [service.create(ask(*pair)) for pair in ((alice, bob), (alice, carol), (dave, erin))]

    assert [session.proxy_phone_number for session in sessions] == [first, second, first]
    ride = sessions[0].key
    assert call(alice) == Connection(recipient=bob, shown_number=first, session=ride)
    assert call(carol) is Refusal.UNKNOWN
    pass_time(hours=1)
    assert call(alice) == Connection(recipient=office, shown_number=first, session=None)
