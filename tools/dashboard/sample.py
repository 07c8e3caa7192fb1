"""Made-up data for the dashboard's metrics and log fields: a day of deployments."""

import re
from collections.abc import Sequence
from math import nan
from random import Random
from typing import Any

Series = list[float]

POINTS = 48
_BUSY = range(17, 40)
# How many requests of a kind a busy half hour has; the rest of the day has none.
_COUNTS = {
    ("Succeeded", "Create"): 6,
    ("Succeeded", "Update"): 3,
    ("Succeeded", "Delete"): 5,
}
_INCIDENTS = {
    ("Failed", "Create"): {23: 2},
    ("Failed", "Update"): {27: 1},
    ("Undelivered", "Create"): {31: 1},
    ("Errors", ""): {31: 1},
}
_MILLISECONDS = {"Create": 420, "Update": 310, "Delete": 240}
_FIELDS = (
    "@timestamp",
    "message",
    "stack",
    "logical_resource_id",
    "request_type",
    "reason",
    "delivery_failure",
)
_NO_CONFIGURATION = "NotFound: the voice connector has no proxy configuration"
_BAD_EXPIRY = "InvalidRequest: ExpiryMinutes must be 1 to 720"
_LOG = (
    (
        "15:31:07",
        "answer not delivered",
        "Rides-014",
        "Ride7f3aA1C2",
        "Create",
        "",
        "HTTP status 503",
    ),
    ("13:42:58", "answered", "Rides-002", "Ride19c4E07B", "Update", _BAD_EXPIRY, ""),
    ("11:34:41", "answered", "Rides-002", "Ride0d51A9F8", "Create", _NO_CONFIGURATION, ""),
    ("11:34:40", "answered", "Rides-002", "Ride5be2C460", "Create", _NO_CONFIGURATION, ""),
)


def series(metrics: Sequence[Sequence[Any]]) -> list[tuple[dict[str, Any], Series]]:
    """Return a widget's visible metrics with their options and points."""
    parsed = [_parsed(metric) for metric in metrics]
    by_id = {drawn["id"]: points for drawn, points in parsed if "id" in drawn}
    return [
        (drawn, _evaluated(drawn["expression"], by_id) if "expression" in drawn else points)
        for drawn, points in parsed
        if drawn.get("visible", True)
    ]


def log(fields: Sequence[str]) -> list[list[str]]:
    """Rows of a log query."""
    rows = (dict(zip(_FIELDS, row, strict=True)) for row in _LOG)
    return [[row[field] for field in fields] for row in rows]


def _parsed(metric: Sequence[Any]) -> tuple[dict[str, Any], Series]:
    *identity, drawn = metric
    if "expression" in drawn:
        return drawn, []
    _, name, *pairs = identity
    dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return drawn, _points(name, dimensions.get("Operation", ""), drawn["stat"])


def _evaluated(expression: str, by_id: dict[str, Series]) -> Series:
    (names,) = re.findall(r"^SUM\(\[(.*)\]\)$", expression)
    return [
        sum(column) for column in zip(*(by_id[name] for name in names.split(", ")), strict=True)
    ]


def _points(name: str, operation: str, statistic: str) -> Series:
    random = Random(f"{name} {operation} {statistic}")  # noqa: S311 - no secret
    if name == "Duration":
        middle = _MILLISECONDS[operation] * (3 if statistic == "p99" else 1)
        return [
            middle * random.uniform(0.85, 1.2) if point in _BUSY else nan for point in range(POINTS)
        ]
    if name == "ConcurrentExecutions":
        return [random.randint(1, 6) if point in _BUSY else 0 for point in range(POINTS)]
    most = _COUNTS.get((name, operation), 0)
    incidents = _INCIDENTS.get((name, operation), {})
    return [
        random.randint(0, most) if point in _BUSY and most else incidents.get(point, 0)
        for point in range(POINTS)
    ]
