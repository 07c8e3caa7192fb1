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
