"""JSON of every kind: odd, huge, deep, and valid values with something wrong in them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any

ODD_TEXTS = (
    "",
    " ",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "é" * 1100,
    "x" * 5000,
    '"' * 1000,
    "\x01" * 400,
    "..//%2F",
    "{{resolve:ssm:x}}",
    "null",
    "1e400",
    "-1",
    "٣",
)
_ODD_NUMBERS = (-1, 0, 2**31, 2**63, 10**400, 1e308, float("nan"), float("inf"), -0.0)


def _spoken(number: str, spelling: str, before: str, after: str) -> str:
    parts = {"country": number[1], "area": number[2:5], "line": number[5:]}
    return before + spelling.format(**parts) + after


def _nested(depth: int) -> Json:
    value: Json = "bottom"
    for level in range(depth):
        value = [value] if level % 2 else {"next": value}
    return value


SHORT_TEXTS = st.text(st.characters(), max_size=8)
"""A few characters of any kind, halves of surrogate pairs included."""

PHONE_NUMBERS = st.builds(
    "+1{}55501{:02}".format,
    st.sampled_from(["206", "312", "401", "913"]),
    st.integers(min_value=0, max_value=99),
)
"""Numbers in E.164 format that no telephone has."""

SPOKEN_NUMBERS = st.builds(
    _spoken,
    PHONE_NUMBERS,
    spelling=st.sampled_from(
        [
            "+{country}{area}{line}",
            "%2B{country}{area}{line}",
            "+{country} ({area}) {line}",
            "+{country}-{area}-{line}",
            "+{country}.{area}.{line}",
        ]
    ),
    before=SHORT_TEXTS.filter(lambda text: not text.endswith(tuple("+0123456789"))),
    after=st.sampled_from(["", ".", "'", " is busy", "x" * 600]),
)
"""Texts with a number in them, as people and programs write it."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(_ODD_NUMBERS),
    st.integers(),
    st.sampled_from(ODD_TEXTS),
    SHORT_TEXTS,
    SPOKEN_NUMBERS,
)
"""Values that hold no other."""

ANYTHING = st.one_of(
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT_TEXTS, inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from([20, 300]).map(_nested),
)
"""Values of any kind, now and then a deep one."""

_HOW_MANY = st.sampled_from([0, 1, 1, 2, 3])
_WHERE = st.integers(min_value=0, max_value=2**16)
_HOW = st.sampled_from(["distort", "replace", "remove", "repeat", "rename"])
_DISTORTED = st.sampled_from(ODD_TEXTS)
_REPEATS = st.sampled_from([1, 2, 12])


@st.composite
def mutated(draw: st.DrawFn, values: st.SearchStrategy[Json]) -> Json:
    """Values with up to three of their parts, or the whole, replaced, removed, repeated, renamed."""
    whole = [deepcopy(draw(values))]
    for _ in range(draw(_HOW_MANY)):
        places = list(_places(whole))
        if places:
            _mutate(draw, *places[draw(_WHERE) % len(places)])
    return whole[0] if whole else None


def _mutate(draw: st.DrawFn, container: Any, key: Any) -> None:
    match draw(_HOW):
        case "distort":
            container[key] = draw(_DISTORTED)
        case "replace":
            container[key] = draw(ANYTHING)
        case "remove":
            del container[key]
        case "repeat":
            container[key] = [container[key]] * draw(_REPEATS)
        case "rename" if isinstance(container, dict):
            container[draw(SHORT_TEXTS)] = container.pop(key)


def _places(value: Json) -> Iterator[tuple[Any, Any]]:
    match value:
        case dict():
            keys: list[Any] = list(value)
        case list():
            keys = list(range(min(len(value), 10)))
        case _:
            return
    for key in keys:
        yield value, key
        yield from _places(value[key])
