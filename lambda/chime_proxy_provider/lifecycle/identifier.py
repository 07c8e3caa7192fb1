"""Physical ids of resources.

The id alone is enough for a Delete. Ids are shown in the console and cannot be masked, so they
hold nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = Mapping[str, str]
"""The parameters that identify a resource in every call of the API."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A resource type's physical ids: the primary identifier, joined with slashes.

    Args:
        names: the identifying properties.
        form: the pattern of a physical id. It matches no marker, and none of the ids that
            CloudFormation invents for a cancelled Create.
    """

    names: tuple[str, ...]
    form: re.Pattern[str]

    def physical_id(self, key: Key) -> str:
        """The physical id of a resource."""
        return "/".join(key[name] for name in self.names)

    def parse(self, physical_id: str) -> Key | None:
        """The resource of a physical id; None for a marker or an id that CloudFormation invented."""
        match = self.form.fullmatch(physical_id)
        return dict(zip(self.names, match.groups(), strict=True)) if match else None
