"""The proxy numbers to choose from, and the places they are from."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Place:
    """The country and area code of a number; None if unknown or unimportant.

    ``Place("US", "206")`` is Seattle, ``Place("US")`` all of the United States.
    """

    country: str | None = None
    area_code: str | None = None

    def contains(self, other: "Place") -> bool:
        """Return True if `other` has the same country and area code, as far as they are set here."""
        return self.country in (None, other.country) and self.area_code in (None, other.area_code)


@lru_cache(maxsize=10_000)
def place_of(phone_number: str) -> Place:
    """Return the place of an E.164 number, as the `phonenumbers` library knows it.

    ``place_of("+12065550100") == Place("US", "206")`` and
    ``place_of("+442079460100") == Place("GB", "20")``. Mobile numbers have no area code in most
    countries, and numbers of no country have no place.
    """
    # Adapters connect calls without it, and a caller waits for their start.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(phone_number)
    except phonenumbers.NumberParseException:
        return Place()
    # A number that nobody can have, such as one of an unassigned area code, has its code's country.
    code = phonenumbers.region_code_for_country_code(number.country_code or 0)
    country = phonenumbers.region_code_for_number(number) or code
    if country not in phonenumbers.SUPPORTED_REGIONS:
        return Place()
    digits = phonenumbers.national_significant_number(number)
    return Place(country, digits[: phonenumbers.length_of_geographical_area_code(number)] or None)


class NumberPool:
    """Proxy numbers by place, in the order they are handed out.

    Args:
        phone_numbers: E.164 numbers.
    """

    def __init__(self, phone_numbers: Iterable[str]) -> None:
        self._blocks: dict[Place, dict[str, None]] = {}
        for number in phone_numbers:
            self._blocks.setdefault(place_of(number), {})[number] = None

    def __contains__(self, phone_number: str) -> bool:
        """Return True if the number is one of the pool's."""
        return phone_number in self._blocks.get(place_of(phone_number), {})

    def places(self) -> dict[Place, int]:
        """Return the count of numbers by place."""
        return {place: len(numbers) for place, numbers in self._blocks.items()}

    def numbers(self, countries: Collection[str], *, within: Place) -> Iterator[str]:
        """Yield the numbers of these countries that are in a place."""
        for place, numbers in self._blocks.items():
            if place.country in countries and within.contains(place):
                yield from numbers
