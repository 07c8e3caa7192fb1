"""A session as `Fn::GetAtt` sees it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from chime_proxy_provider.lifecycle.attributes import as_text, joined
from chime_proxy_provider.phone_number import digits


def session_attributes(
    session: Mapping[str, Any],
    participants: Sequence[str],
    hidden: Collection[str],
    names: Iterable[str],
) -> dict[str, str]:
    """The attributes of a session.

    Args:
        session: the session as the API describes it, its participants in any order.
        participants: the participants' numbers in the declared order.
        hidden: the numbers to leave out.
        names: the attributes to return; empty if the API has no value.
    """
    ordered = _in_order(session.get("Participants", []), participants)
    if hidden:
        ordered = _showing(set(participants).difference(hidden), ordered)
    proxy_number = ordered[0].get("ProxyPhoneNumber", "") if ordered else ""
    values = {
        **_flat({**session, "Participants": ordered}),
        "Capabilities": joined(session.get("Capabilities", [])),
        "ProxyPhoneNumber": as_text(proxy_number),
    }
    return {name: values.get(name, "") for name in names}


def _in_order(
    found: Sequence[Mapping[str, Any]], declared: Sequence[str]
) -> list[Mapping[str, Any]]:
    places = {digits(number): place for place, number in enumerate(declared)}
    return sorted(found, key=lambda p: places.get(digits(p.get("PhoneNumber", "")), len(places)))


def _showing(shown: Collection[str], ends: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The participants with only those numbers: any other may come from a secret's earlier value."""
    known = set(map(digits, shown))
    return [
        end if digits(end.get("PhoneNumber", "")) in known else {**end, "PhoneNumber": ""}
        for end in ends
    ]


def _flat(value: Any, path: str = "") -> dict[str, str]:
    match value:
        case Mapping():
            pairs: Iterable[tuple[Any, Any]] = value.items()
        case list():
            pairs = enumerate(value)
        case _:
            return {path: as_text(value)}
    return {
        name: text
        for key, item in pairs
        for name, text in _flat(item, f"{path}.{key}" if path else str(key)).items()
    }
