"""Chooses the proxy number of a new session. The rules are in `rules`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from chime_proxy_service import rules
from chime_proxy_service.errors import NoNumberError
from chime_proxy_service.number_pool import NumberPool, Place, place_of
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.session import GeoMatchLevel, NumberSelectionBehavior
from chime_proxy_service.store import CreationData


def choose_number(
    request: CreateRequest,
    pool: NumberPool,
    data: CreationData,
    *,
    now: datetime,
    skipped: int = 0,
) -> str:
    """Choose the proxy number of a new session.

    NumberSelectionBehavior comes before GeoMatchLevel. Both are preferences: if they cannot be met,
    any free number of the configuration's countries will do. In the preferred place, and again
    elsewhere, a number that neither participant has had comes first, then the one that has rested
    longest.

    Args:
        request: the session to create.
        pool: all proxy numbers.
        data: the stored data. PreferSticky takes its last number if that is free, AvoidSticky only
            if no other is. Without either the last number does not matter.
        now: the time.
        skipped: the number of equally good numbers to pass over, as far as there are others. By
            different ones, simultaneous creations of one participant do not all want one number.

    Raises:
        NoNumberError: no number is free.
        NotFoundError: the connector has no proxy configuration.
    """
    configuration = rules.configured(data.configuration, request.connector)
    countries = configuration.phone_number_countries
    taken = {number for number, until in data.used_until.items() if until > now}
    taken.update(request.participants)
    last = data.last_number
    if last in taken or (last and not _offered(last, pool, countries)):
        last = None
    behavior = request.number_selection_behavior
    if last and behavior is NumberSelectionBehavior.PREFER_STICKY:
        return last
    avoided = last if behavior is NumberSelectionBehavior.AVOID_STICKY else None
    for place in (preferred_place(request), Place()):
        numbers = pool.numbers(countries, within=place)
        free = (one for one in numbers if one not in taken and one != avoided)
        if number := _most_rested(free, data.used_until, skipped):
            return number
    if avoided:
        return avoided
    msg = (
        f"No proxy number of the pool's countries ({', '.join(countries)}) is free for these "
        "participants; delete one of their sessions or add to PhoneNumberPoolCountries"
    )
    raise NoNumberError(msg)


def _offered(number: str, pool: NumberPool, countries: Collection[str]) -> bool:
    return number in pool and place_of(number).country in countries


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


def _most_rested(
    numbers: Iterable[str], used_until: Mapping[str, datetime], skipped: int
) -> str | None:
    """Return a number that neither participant has had, else one of those rested longest."""
    fresh: list[str] = []
    rested: list[str] = []
    for number in numbers:
        (rested if number in used_until else fresh).append(number)
        if len(fresh) > skipped:
            break
    candidates = fresh or sorted(rested, key=used_until.__getitem__)
    return candidates[skipped % len(candidates)] if candidates else None
