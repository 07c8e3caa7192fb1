"""The result of a successful request."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a successful request is answered with."""

    physical_id: str
    attributes: Mapping[str, str]
    is_new: bool = False
    """Whether this very request made the resource."""
