"""Types of a session's options; their values are the API's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

_Item_co = TypeVar("_Item_co", covariant=True)


class SequenceNotStr(Protocol[_Item_co]):
    """A list or tuple. Type checkers refuse a text, although it is a sequence of texts."""

    def __contains__(self, item: object, /) -> bool: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> _Item_co: ...


class Capability(StrEnum):
    """Calls or text messages between the participants of a session."""

    VOICE = "Voice"
    SMS = "SMS"


class NumberSelection(StrEnum):
    """Preference for or against the proxy number that the same participants had last."""

    PREFER_STICKY = "PreferSticky"
    AVOID_STICKY = "AvoidSticky"


class GeoMatchLevel(StrEnum):
    """Distance of the proxy number from the first participant's own: same country or area code."""

    COUNTRY = "Country"
    AREA_CODE = "AreaCode"


class RefusedDeletion(StrEnum):
    """Outcome of a Delete if the API refuses the call, as AWS may since the end of support.

    A call refused by IAM fails in either case.
    """

    FAIL = "fail"
    """The resource stays in DELETE_FAILED, and the stack keeps track of its session."""

    ABANDON = "abandon"
    """The resource is deleted; its session stays open until it expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoMatch:
    """Preferred place of the proxy number. Where no number matches, any number serves.

    Args:
        level: match the first participant's country or area code. Default: neither.
        country: two capital letters, such as `US`; goes with `area_code`. Default: any.
        area_code: three digits; goes with `country`. Default: any.
    """

    level: GeoMatchLevel | str | None = None
    country: str | None = None
    area_code: str | None = None
