"""A resource as `Fn::GetAtt` sees it: flat, every value a string, the same names on every answer.

CloudFormation does not look into nested values, fails a stack that reads a name which the
answer lacks, and turns numbers into what it likes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def session_attributes(
    session: Mapping[str, Any],
    participants: Sequence[str],
    hidden: Collection[str],
    names: Iterable[str],
) -> dict[str, str]:
    """The attributes of a session as the API describes it.

    Args:
        session: `ProxySession` of the API's answer.
        participants: the participants' numbers in the order declared; the API has an order of
            its own.
        hidden: those of them that are not shown.
        names: what to return, with an empty string where the API has nothing.
    """
    ordered = _in_order(session.get("Participants", []), participants)
    if hidden:
        ordered = _showing(set(participants).difference(hidden), ordered)
    proxy_number = ordered[0].get("ProxyPhoneNumber", "") if ordered else ""
    values = {
        **_flat({**session, "Participants": ordered}),
        "Capabilities": _joined(session.get("Capabilities", [])),
        "ProxyPhoneNumber": _text(proxy_number),
    }
    return {name: values.get(name, "") for name in names}


def flat_attributes(
    model: Mapping[str, Any], hidden: Collection[str], names: Iterable[str]
) -> dict[str, str]:
    """The attributes of a resource as the API describes it, lists sorted and joined.

    Args:
        model: the resource.
        hidden: the attributes that are not shown, whatever the API has: it may be what a secret
            held before.
        names: what to return, with an empty string where the API has nothing.
    """
    shown = {
        name: _joined(value) if isinstance(value, list) else _text(value)
        for name, value in model.items()
        if name not in hidden
    }
    return {name: shown.get(name, "") for name in names}


def _joined(values: Iterable[object]) -> str:
    return ",".join(sorted(map(str, values)))


def _in_order(
    found: Sequence[Mapping[str, Any]], declared: Sequence[str]
) -> list[Mapping[str, Any]]:
    places = {_digits(number): place for place, number in enumerate(declared)}
    return sorted(found, key=lambda p: places.get(_digits(p.get("PhoneNumber", "")), len(places)))


def _showing(shown: Collection[str], ends: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The participants with no other numbers than those: any other may have been a hidden one."""
    digits = set(map(_digits, shown))
    return [
        end if _digits(end.get("PhoneNumber", "")) in digits else {**end, "PhoneNumber": ""}
        for end in ends
    ]


def _digits(number: object) -> str:
    return str(number).removeprefix("+")


def _flat(value: Any, path: str = "") -> dict[str, str]:
    match value:
        case Mapping():
            pairs: Iterable[tuple[Any, Any]] = value.items()
        case list():
            pairs = enumerate(value)
        case _:
            return {path: _text(value)}
    return {
        name: text
        for key, item in pairs
        for name, text in _flat(item, f"{path}.{key}" if path else str(key)).items()
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return "" if value is None else str(value)
