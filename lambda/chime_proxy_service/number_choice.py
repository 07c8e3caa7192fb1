"""Chooses the proxy number of a new session. The rules are in `rules`."""

from collections.abc import Iterable, Iterator
from itertools import chain

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import BadRequestError
from chime_proxy_service.number_pool import NumberPool, Place, place_of
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.session import GeoMatchLevel, NumberSelectionBehavior


def choose_number(
    request: CreateRequest,
    configuration: ProxyConfiguration,
    pool: NumberPool,
    *,
    busy: frozenset[str],
    last: str | None,
) -> str:
    """Choose the proxy number of a new session.

    NumberSelectionBehavior comes before GeoMatchLevel. Both are preferences: if they cannot be met,
    any free number of the configuration's countries will do.

    Args:
        request: the session to create.
        configuration: the connector's.
        pool: all proxy numbers.
        busy: the proxy numbers of every open session of either participant.
        last: the number these participants had last on this connector. PreferSticky takes it if
            it is free, AvoidSticky only if no other is. Without either it is ignored.

    Raises:
        BadRequestError: no number is free.
    """
    countries = configuration.phone_number_countries
    taken = busy | set(request.participants)
    if last is not None and place_of(last).country not in countries:
        last = None
    numbers = pool.numbers(countries, preferred_place(request))
    for number in _by_stickiness(numbers, last, request.number_selection_behavior):
        if number not in taken:
            return number
    msg = (
        f"No proxy number of the pool's countries ({', '.join(countries)}) is free for these "
        "participants; delete one of their sessions or add to PhoneNumberPoolCountries"
    )
    raise BadRequestError(msg)


def preferred_place(request: CreateRequest) -> Place:
    """Return the preferred place of the proxy number.

    It is the one in GeoMatchParams, else the first participant's. With the GeoMatchLevel `Country`
    only its country counts. GeoMatchParams without a level counts in full, empty parts aside.
    """
    level, params = request.geo_match_level, request.geo_match_params
    if params is not None:
        place = Place(params.country or None, params.area_code or None)
    elif level is not None:
        place = place_of(request.participants[0])
    else:
        place = Place()
    return Place(place.country) if level is GeoMatchLevel.COUNTRY else place


def _by_stickiness(
    numbers: Iterable[str], last: str | None, behavior: NumberSelectionBehavior | None
) -> Iterator[str]:
    if last is None or behavior is None:
        return iter(numbers)
    if behavior is NumberSelectionBehavior.PREFER_STICKY:
        return chain([last], numbers)
    return chain((number for number in numbers if number != last), [last])
