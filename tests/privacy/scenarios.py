"""Events, and what the handler meets while it serves them, with numbers and secrets at random."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from tests.doubles import (
    CONNECTOR,
    NAME,
    NOW,
    PHYSICAL_ID,
    PROXY,
    SESSION,
    event,
    properties,
    session,
)
from tests.privacy.world import FAULTS, World

from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.proxy_session.name import session_name

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:{}"
_FIXED = json.dumps(event("Update")) + _ARN + PROXY + NAME


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An event in a world, and what may not leave."""

    event: Any
    world: World
    secrets: frozenset[str] = field(repr=False)
    """The digits of all numbers, and other secrets: found in no text."""
    hidden: frozenset[str] = field(repr=False)
    """What the values of the answer may not hold either."""


def _digits(number: str) -> str:
    return number.removeprefix("+")


def _distinct(numbers: list[str]) -> bool:
    digits = [_digits(number) for number in numbers]
    return all(one not in other for one in digits for other in digits if one is not other) and all(
        one not in _FIXED for one in digits
    )


numbers = st.lists(
    st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True), min_size=4, max_size=4, unique=True
).filter(_distinct)
passwords = st.text("abcdefghjkmnpqrstuvwxyz", min_size=20, max_size=30)
kinds = st.sampled_from(["number", "number", "secret", "field", "parameter"])


def participant(kind: str, place: int, number: str) -> Any:
    """A participant as it is declared."""
    match kind:
        case "secret":
            return {"SecretArn": _ARN.format(f"whole-{place}")}
        case "field":
            return {"SecretArn": _ARN.format(f"json-{place}"), "JsonField": "phone"}
        case "parameter":
            return {"ParameterName": f"/participants/{place}"}
    return number


def _stored(place: int, number: str, password: str) -> dict[str, str | None]:
    return {
        _ARN.format(f"whole-{place}"): number,
        _ARN.format(f"json-{place}"): json.dumps({"phone": number, "password": password}),
        f"/participants/{place}": number,
    }


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any event, well-formed or not, in any world."""
    one, two, three, four = draw(numbers)
    password, signature = draw(passwords), draw(passwords)
    chosen = [draw(kinds), draw(kinds)]
    ours = [
        participant(kind, place, n)
        for place, kind, n in zip((0, 1), chosen, (one, two), strict=True)
    ]
    reveal = draw(st.sampled_from([None, None, "false", "true"]))
    new = properties(
        ParticipantPhoneNumbers=ours, RevealParticipantPhoneNumbers=reveal, **draw(changes)
    )
    old = draw(st.sampled_from([ours, ours, [one, two], [two, one], [one, three], [ours[0], four]]))
    fresh, late, stale = "20261121T115959Z", "20261121T115800Z", "20261121T110000Z"
    signed = draw(st.sampled_from([fresh, fresh, fresh, fresh, late, late, stale]))
    whole = event(
        draw(st.sampled_from(["Create", "Update", "Update", "Delete"])),
        ResponseURL=f"https://answers.invalid/put?X-Amz-Date={signed}&X-Amz-Signature={signature}",
        ResourceProperties=new,
        OldResourceProperties=properties(ParticipantPhoneNumbers=old),
    )
    if draw(st.integers(0, 5)) == 0:
        whole |= _configuration(ours[0])
    if draw(st.booleans()):
        whole["PhysicalResourceId"] = draw(st.sampled_from([PHYSICAL_ID, "Calls-Ride-1A2B"]))
    stored = {**_stored(0, one, password), **_stored(1, two, password)}
    for name in draw(st.lists(st.sampled_from(sorted(stored)), max_size=4)):
        without = json.dumps({"mobile": one, "password": password})
        odd = [None, password, f"call {one}", three, two, f"{two}\n", without, without]
        stored[name] = draw(st.sampled_from(odd))
    world = World(
        session=draw(_sessions(whole, (one, two, three))),
        stored=stored,
        chatter=f"{one}, {_digits(two)} {three} %2B{_digits(four)} {whole['ResponseURL']}",
        api_faults=draw(faults),
        store_faults=draw(faults),
        status=draw(st.sampled_from([200, 200, 200, 403, 0])),
    )
    others = frozenset({password, signature})
    referred = {_digits(n) for kind, n in zip(chosen, (one, two), strict=True) if kind != "number"}
    return Scenario(
        event=draw(_malformed(whole, three)) if draw(st.integers(0, 5)) == 5 else whole,
        world=world,
        secrets=others | {_digits(number) for number in (one, two, three, four)},
        hidden=others | (frozenset() if reveal == "true" else referred),
    )


def _configuration(number: Any) -> dict[str, Any]:
    """What makes an event one about a proxy configuration."""
    declared = {
        "VoiceConnectorId": CONNECTOR,
        "DefaultSessionExpiryMinutes": "60",
        "PhoneNumberPoolCountries": ["US"],
        "FallBackPhoneNumber": number,
    }
    return {
        "ResourceType": "Custom::ChimeVoiceConnectorProxy",
        "ResourceProperties": declared,
        "OldResourceProperties": {**declared, "Disabled": "true"},
    }


faults: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]),
    st.just([]),
    st.lists(st.sampled_from([*FAULTS, ""]), max_size=3),
    # The handler makes a call six times before it gives up.
    st.sampled_from(sorted(FAULTS)).map(lambda fault: [fault] * 6),
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "Capabilities": st.just(["SMS"]),
        "ExpiryMinutes": st.sampled_from(["90", None]),
        "Name": st.just("Ride 7"),
        "GeoMatchLevel": st.just("Country"),
        "AdoptProxySessionId": st.just(SESSION),
    },
)


@st.composite
def _sessions(draw: st.DrawFn, whole: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    one, two, three = known
    ends = draw(
        st.sampled_from([(two, one), (two, one), (one, three), (two,), (), (_digits(one), two)])
    )
    own = session_name(read_address(whole))
    return session(
        CreatedTimestamp="2026-11-21T12:00:00.288Z",
        UpdatedTimestamp=NOW.isoformat(),
        Status=draw(st.sampled_from(["Open", "Open", "Closed"])),
        Name=draw(st.sampled_from([own, own, "Ride 7"])),
        Participants=[{"PhoneNumber": end, "ProxyPhoneNumber": PROXY} for end in ends],
    )


@st.composite
def _malformed(draw: st.DrawFn, whole: Mapping[str, Any], number: str) -> Any:
    odd = st.sampled_from([None, number, [number], {number: number}, [[number], {"a": number}], 7])
    if draw(st.booleans()):
        names = ["ParticipantPhoneNumbers", "Capabilities", "Name", "VoiceConnectorId", number]
        declared = whole["ResourceProperties"]
        changed = {**declared, draw(st.sampled_from(names)): draw(odd)}
        return {**whole, "ResourceProperties": changed}
    names = ["RequestType", "ResponseURL", "ResourceProperties", "OldResourceProperties", "StackId"]
    name = draw(st.sampled_from(names))
    return {**whole, name: {number: number} if name == "StackId" else draw(odd)}
