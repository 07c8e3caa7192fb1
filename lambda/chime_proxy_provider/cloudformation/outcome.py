"""The result of a successful request."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The physical id and the attributes for a successful answer."""

    physical_id: str
    attributes: Mapping[str, str]
    is_new: bool = False
    """True if this request created the resource."""
