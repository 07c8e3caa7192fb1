"""What a session can be asked for, as types; the values are the API's own."""

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """What a session carries between its participants."""

    VOICE = "Voice"
    SMS = "SMS"


class NumberSelection(StrEnum):
    """Whether the participants should get the proxy number again that they had last."""

    PREFER_STICKY = "PreferSticky"
    AVOID_STICKY = "AvoidSticky"


class GeoMatchLevel(StrEnum):
    """How near the proxy number should be to the first participant's own."""

    COUNTRY = "Country"
    AREA_CODE = "AreaCode"


class RefusedDeletion(StrEnum):
    """What becomes of a Delete that the API itself refuses, as a service does that has ended.

    A call that IAM refuses fails in either case.
    """

    FAIL = "fail"
    """The resource stays in DELETE_FAILED, and its session is not lost sight of."""

    ABANDON = "abandon"
    """The resource is deleted, and its session left to close by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoMatch:
    """Where the proxy number should be from. A preference: without a match it is any number.

    Args:
        level: match the first participant's country or area code. Default: neither.
        country: two capital letters, such as `US`; goes with `area_code`. Default: any.
        area_code: three digits; goes with `country`. Default: any.
    """

    level: GeoMatchLevel | str | None = None
    country: str | None = None
    area_code: str | None = None
