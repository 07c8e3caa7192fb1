"""A resource as `Fn::GetAtt` sees it: flat, all values strings, the same names on every answer.

CloudFormation reads no nested values, and fails a stack that reads a missing name.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any


def flat_attributes(
    model: Mapping[str, Any], hidden: Collection[str], names: Iterable[str]
) -> dict[str, str]:
    """The attributes of a resource, with lists sorted and joined.

    Args:
        model: the resource as the API describes it.
        hidden: the attributes that stay empty: the API may have a secret's earlier value.
        names: the attributes to return; empty if the API has no value.
    """
    shown = {
        name: joined(value) if isinstance(value, list) else as_text(value)
        for name, value in model.items()
        if name not in hidden
    }
    return {name: shown.get(name, "") for name in names}


def joined(values: Iterable[object]) -> str:
    """One text of many values: sorted, with commas between them."""
    return ",".join(sorted(map(str, values)))


def as_text(value: Any) -> str:
    """A value as an attribute: timestamps in ISO 8601 with milliseconds and `Z`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return "" if value is None else str(value)
