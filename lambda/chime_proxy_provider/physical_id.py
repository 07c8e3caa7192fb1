"""Physical ids: what identifies a resource in the API, or a marker where none came to be.

The id alone is enough for a Delete. Ids are shown in the console and cannot be masked, so they
hold nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = Mapping[str, str]
"""What names a resource in every call of the API, by the names of the parameters."""

_NOTHING_CREATED = "create-failed/"
_PERHAPS_CREATED = "create-interrupted/"


@dataclass(frozen=True, slots=True)
class Identifier:
    """How a resource's physical id is made: its primary identifier, joined with slashes.

    Args:
        names: the properties that identify it.
        form: what an id must look like. It keeps markers, and the ids that CloudFormation invents
            for a cancelled Create, from being taken for resources.
    """

    names: tuple[str, ...]
    form: re.Pattern[str]

    def physical_id(self, key: Key) -> str:
        """The physical id of a resource."""
        return "/".join(key[name] for name in self.names)

    def parse(self, physical_id: str) -> Key | None:
        """The resource that a physical id names, or None for a marker or a foreign id."""
        match = self.form.fullmatch(physical_id)
        return dict(zip(self.names, match.groups(), strict=True)) if match else None


def nothing_created(request_id: str) -> str:
    """The id of a Create that failed and left nothing: its Delete needs no call."""
    return f"{_NOTHING_CREATED}{request_id}"


def perhaps_created(request_id: str) -> str:
    """The id of a Create with an unknown end: its Delete looks for what it made."""
    return f"{_PERHAPS_CREATED}{request_id}"


def interrupted_request(physical_id: str) -> str:
    """The id of the Create that ended unknown; empty for any other physical id."""
    marker, _, request_id = physical_id.partition("/")
    return request_id if f"{marker}/" == _PERHAPS_CREATED else ""


def says_nothing_created(physical_id: str) -> bool:
    """Whether the id is the marker of a Create that left nothing."""
    return physical_id.startswith(_NOTHING_CREATED)
