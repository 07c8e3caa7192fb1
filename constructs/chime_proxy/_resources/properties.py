"""A session's props as its template has them.

What is of a wrong type is left as it is, for the schema to say so together with all other faults.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Token
from constructs import Construct

from chime_proxy._options import GeoMatch
from chime_proxy._phone_number import PhoneNumber


def given(**properties: object) -> dict[str, Any]:
    """The properties that were asked for."""
    return {name: value for name, value in properties.items() if value is not None}


def listed(values: object) -> object:
    """A list of texts, tokens or references to phone numbers."""
    # A lone text is a sequence too.
    if isinstance(values, str) or not isinstance(values, Sequence):
        return values
    return [_item(value) for value in values]


def number(value: object) -> object:
    """A text, token or reference to a phone number."""
    return value if value is None else _item(value)


def check_adoption(
    construct: Construct, prop: str, adopts: object, removal_policy: RemovalPolicy | None
) -> None:
    """Insist on a word about what becomes of an adopted resource when the stack goes.

    Raises:
        ValueError: there is none.
    """
    if adopts and removal_policy is None:
        msg = (
            f"{construct.node.path}: {prop} needs removal_policy too: what is adopted goes with "
            "its stack, a failed first deployment included, unless it is RemovalPolicy.RETAIN"
        )
        raise ValueError(msg)


@cache
def deployment_id() -> str:
    """When this app was synthesized: the same for all its resources, and new each time."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def minutes(expiry: object) -> object:
    """A duration in the API's unit."""
    if expiry is None:
        return None
    # A bare number does not say what it counts.
    return expiry.to_minutes(integral=False) if isinstance(expiry, Duration) else str(expiry)


def geo_match(value: object) -> dict[str, object]:
    """The two properties that say where a number should be from."""
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
    return Token.as_string(value) if Token.is_unresolved(value) else value
