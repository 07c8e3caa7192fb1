"""The proxy numbers to choose from, and the places they are from."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_CANADIAN_AREA_CODES = (
    "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 "
    "460 468 474 506 514 519 537 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 "
    "780 782 807 819 825 867 873 879 902 905 942"
)


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


def place_of(phone_number: str) -> Place:
    """Return the place of an E.164 number.

    A +1 number is Canadian if its area code is, otherwise it counts as the United States'. Other
    country codes are not recognized: ``place_of("+442079460100") == Place()``.
    """
    if not phone_number.startswith("+1"):
        return Place()
    area_code = phone_number[2:5]
    return Place("CA" if area_code in _CANADIAN_AREA_CODES.split() else "US", area_code)


class NumberPool:
    """Proxy numbers by area code, in the order they are handed out.

    Args:
        phone_numbers: E.164 numbers of country code 1.
    """

    def __init__(self, phone_numbers: Iterable[str]) -> None:
        self._blocks: dict[Place, list[str]] = {}
        for number in phone_numbers:
            self._blocks.setdefault(place_of(number), []).append(number)

    def places(self) -> dict[Place, int]:
        """Return the count of numbers by place."""
        return {place: len(numbers) for place, numbers in self._blocks.items()}

    def numbers(self, countries: Collection[str], nearest: Place) -> Iterator[str]:
        """Yield the numbers of these countries, those in the place `nearest` first."""
        blocks = [place for place in self._blocks if place.country in countries]
        for place in sorted(blocks, key=lambda block: not nearest.contains(block)):
            yield from self._blocks[place]
