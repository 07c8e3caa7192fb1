"""Proxy numbers for a service that nobody has given any."""

from collections.abc import Iterator

_AREA_CODES = ("206", "212", "312", "401", "415", "617", "913", "416", "514", "604")


def fictional_numbers() -> Iterator[str]:
    """Yield a thousand numbers that no telephone has.

    555-0100 to 555-0199 are reserved for fiction; these are from seven area codes of the United
    States and three of Canada. The first is ``+12065550100``.
    """
    for area_code in _AREA_CODES:
        yield from (f"+1{area_code}5550{line}" for line in range(100, 200))
