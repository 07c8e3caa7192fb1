"""Convert props to properties of the template.

Values of a wrong type stay as they are: the schema reports them with all other errors.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Token
from constructs import Construct

from chime_proxy._deferred_value import is_token
from chime_proxy._options import GeoMatch
from chime_proxy._phone_number import PhoneNumber


def given(**properties: object) -> dict[str, Any]:
    """Leave out the properties without a value."""
    return {name: value for name, value in properties.items() if value is not None}


def listed(values: object) -> object:
    """Convert a list of texts, tokens or phone numbers."""
    # A lone text is a sequence too.
    if isinstance(values, str) or not isinstance(values, Sequence):
        return values
    return [_item(value) for value in values]


def number(value: object) -> object:
    """Convert a text, token or phone number."""
    return value if value is None else _item(value)


def check_adoption(
    construct: Construct, prop: str, adopts: object, removal_policy: RemovalPolicy | None
) -> None:
    """Require a removal policy of a construct that adopts an existing resource.

    Raises:
        ValueError: it has none.
    """
    if adopts and removal_policy is None:
        msg = (
            f"{construct.node.path}: {prop} needs removal_policy too: unless it is "
            "RemovalPolicy.RETAIN, the stack's deletion also deletes what was adopted, and so does "
            "a failed first deployment"
        )
        raise ValueError(msg)


def disabled(enabled: object) -> object:
    """Convert `enabled` to the opposite property, left out of the template if false."""
    if not isinstance(enabled, bool):
        # A token cannot be negated, and a text is no boolean: the schema refuses this one.
        return str(type(enabled))
    return None if enabled else True


def deployment_id(construct: Construct, *, differs: bool) -> str | None:
    """Return a text that differs at each synthesis, None if that is not wanted.

    Raises:
        ValueError: `differs` is neither True nor False.
    """
    # A token is not known yet, and any other text would be true.
    if not isinstance(differs, bool):
        msg = f"{construct.node.path}: ensure_open_on_deploy must be True or False"
        raise ValueError(msg)  # noqa: TRY004 - as for every other prop
    return _time_of_synthesis() if differs else None


@cache
def _time_of_synthesis() -> str:
    """The time of the synthesis: the same for all resources of the app."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def minutes(expiry: object) -> object:
    """Convert a duration to minutes."""
    if expiry is None:
        return None
    # A bare number has no unit: as text, the schema refuses it.
    return _in_minutes(expiry) if isinstance(expiry, Duration) else str(expiry)


# Sessions may share a duration, and the unit is converted by Node.
@lru_cache
def _in_minutes(expiry: Duration) -> float:
    return expiry.to_minutes(integral=False)


def geo_match(value: object) -> dict[str, object]:
    """Convert the preferred place of a number to its two properties."""
    if value is None:
        return {}
    if not isinstance(value, GeoMatch):
        return {"GeoMatchParams": str(value)}
    params = given(Country=value.country, AreaCode=value.area_code)
    return {"GeoMatchLevel": value.level, "GeoMatchParams": params or None}


def _item(value: object) -> object:
    if isinstance(value, PhoneNumber):
        return value.reference
    if isinstance(value, str):
        return str(value)
    return Token.as_string(value) if is_token(value) else value
