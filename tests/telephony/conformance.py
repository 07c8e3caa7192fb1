"""The checks of what each side receives, which every adapter has to pass.

A check makes calls or sends texts through an adapter's driver. Every field that a side sends has a
canary of its own. Whatever the other side receives is searched for the canaries, for the sender's
number in any notation, name and address, and for fields that nobody asked for.
"""

import base64
import itertools
import json
from collections.abc import Callable, Mapping, Sequence

from tests.telephony.carrier import CONTENT, Driver, Received, Reply, Sent, TextDriver
from tests.telephony.needles import Person, found
from tests.telephony.scene import ALICE, BOB, OFFICE, PROXY, STRANGER, Scene

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.records import ContactRecord, Stage
from chime_proxy_service.session import Capability, Status
from chime_proxy_service.telephony.announcements import DEFAULT_LANGUAGE, announcements

Drive = Callable[[Scene], Driver]
DriveTexts = Callable[[Scene], TextDriver]

SENTENCES = announcements(DEFAULT_LANGUAGE)
PAIRS = ((ALICE, BOB), (BOB, ALICE))
_PICTURES = ("https://media.example/canarypicture0", "https://media.example/canarypicture1")
_WORDS = "See you at <eight> & bring tea, canarywords"
_ids = itertools.count(1)


def check_answered_call(drive: Drive, caller: Person, callee: Person) -> None:
    """The callee's phone shows the proxy number alone, and the caller learns nothing."""
    scene = Scene()
    driver = drive(scene)
    sent, canaries = _call_of(driver, caller)
    reply, answers = _reply_of(driver, callee, Outcome.COMPLETED)

    received = driver.call(sent, reply)

    _check_sides(received, caller, callee)
    _check_side(driver, received[callee.number], caller, canaries)
    _check_side(driver, received[caller.number], callee, answers)
    assert PROXY in [value for _, value in received[callee.number]], "the callee saw no number"
    assert scene.status() is Status.OPEN, "the end of the call was lost"
    assert _stages(scene) == [Stage.CONNECTED, Stage.ENDED]
    _check_written(scene, {**canaries, **answers})


def check_unanswered_call(drive: Drive, caller: Person, callee: Person, outcome: Outcome) -> None:
    """A call that nobody takes is told so, in words that say nothing about the callee."""
    scene = Scene()
    driver = drive(scene)
    sent, canaries = _call_of(driver, caller)
    reply, answers = _reply_of(driver, callee, outcome)

    received = driver.call(sent, reply)

    _check_sides(received, caller, callee)
    _check_side(driver, received[callee.number], caller, canaries)
    _check_side(driver, received[caller.number], callee, answers)
    _check_told(received[caller.number], SENTENCES[outcome])
    assert scene.status() is Status.OPEN, "the end of the call was lost"
    _check_written(scene, {**canaries, **answers})


def check_second_call(drive: Drive, caller: Person, callee: Person) -> None:
    """While a call is up, another one hears that the line is busy, and no phone rings."""
    scene = Scene()
    driver = drive(scene)
    driver.ring(_call_of(driver, caller)[0])
    assert scene.status() is Status.IN_PROGRESS, "the call was not recorded"
    sent, canaries = _call_of(driver, callee)

    received = driver.call(sent, Reply(Outcome.COMPLETED))

    _check_refused(driver, received, callee, caller, Refusal.BUSY)
    assert scene.status() is Status.IN_PROGRESS
    _check_written(scene, canaries)


def check_refused_call(drive: Drive, refusal: Refusal) -> None:
    """A refused caller is told so, and no phone rings."""
    scene = _refusing(refusal, Capability.SMS)
    driver = drive(scene)
    caller = STRANGER if refusal is Refusal.UNKNOWN else ALICE
    sent, canaries = _call_of(driver, caller)

    received = driver.call(sent, Reply(Outcome.COMPLETED))

    _check_refused(driver, received, caller, BOB, refusal)
    _check_written(scene, canaries)


def check_fallback(drive: Drive) -> None:
    """A call after the session reaches the fall-back number, which sees the proxy number alone."""
    scene = Scene(fallback=OFFICE.number)
    driver = drive(scene)
    scene.expire()
    sent, canaries = _call_of(driver, ALICE)
    reply, answers = _reply_of(driver, OFFICE, Outcome.COMPLETED)

    received = driver.call(sent, reply)

    _check_sides(received, ALICE, OFFICE)
    _check_side(driver, received[OFFICE.number], ALICE, canaries)
    _check_side(driver, received[ALICE.number], OFFICE, answers)
    assert PROXY in [value for _, value in received[OFFICE.number]]
    assert _stages(scene) == [Stage.CONNECTED, Stage.ENDED]
    _check_written(scene, {**canaries, **answers})


def check_text(drive: DriveTexts, sender: Person, recipient: Person, pictures: int) -> None:
    """A text's words and pictures arrive whole from the proxy number, and nothing else does."""
    scene = Scene()
    driver = drive(scene)
    media = _PICTURES[:pictures]
    sent, canaries = _text_of(driver, sender, _WORDS, media)

    received = driver.text(sent)

    _check_sides(received, sender, recipient)
    content = [value for name, value in received[recipient.number] if name == CONTENT]
    assert content == [_WORDS, *media], "the text did not arrive whole"
    assert PROXY in [value for _, value in received[recipient.number]]
    _check_side(driver, received[recipient.number], sender, canaries)
    _check_side(driver, received[sender.number], recipient, {})
    assert _stages(scene)[0] is Stage.CONNECTED
    _check_written(scene, {**canaries, "words": "canarywords", "media": "canarypicture"})


def check_refused_text(drive: DriveTexts, refusal: Refusal) -> None:
    """A refused text reaches nobody. Its sender is told, except a stranger."""
    scene = _refusing(refusal, Capability.VOICE)
    driver = drive(scene)
    sender = STRANGER if refusal is Refusal.UNKNOWN else ALICE
    sent, canaries = _text_of(driver, sender, _WORDS, _PICTURES)

    received = driver.text(sent)

    assert set(received) == {sender.number}, "a refused text reached somebody"
    _check_side(driver, received[sender.number], BOB, {})
    if refusal is Refusal.UNKNOWN:
        told = [name for name, _ in received[sender.number] if name == CONTENT]
        assert not told, "a stranger's text was answered"
    else:
        _check_told(received[sender.number], SENTENCES[refusal])
    _check_written(scene, {**canaries, "words": "canarywords", "media": "canarypicture"})


def check_hidden_number(drive: Drive) -> None:
    """A caller who hides the number reaches nobody, and is told so."""
    scene = Scene()
    driver = drive(scene)
    sent = Sent("anonymous", PROXY, {}, _new_id())

    received = driver.call(sent, Reply(Outcome.COMPLETED))

    assert set(received) == {"anonymous"}
    _check_told(received["anonymous"], SENTENCES[Refusal.UNKNOWN])


def _refusing(refusal: Refusal, other: Capability) -> Scene:
    scene = Scene(capabilities=frozenset({other} if refusal is Refusal.NOT_CARRIED else Capability))
    if refusal is Refusal.CLOSED:
        scene.expire()
    return scene


def _call_of(driver: Driver, sender: Person) -> tuple[Sent, dict[str, str]]:
    fields, canaries = _filled(driver.sender_fields, sender)
    return Sent(sender.number, PROXY, fields, _new_id()), canaries


def _text_of(
    driver: TextDriver, sender: Person, words: str, media: Sequence[str]
) -> tuple[Sent, dict[str, str]]:
    fields, canaries = _filled(driver.text_fields, sender)
    return Sent(sender.number, PROXY, fields, _new_id(), words, media), canaries


def _reply_of(driver: Driver, recipient: Person, outcome: Outcome) -> tuple[Reply, dict[str, str]]:
    fields, canaries = _filled(driver.recipient_fields, recipient)
    return Reply(outcome, fields), canaries


def _filled(templates: Mapping[str, str], person: Person) -> tuple[dict[str, str], dict[str, str]]:
    """Fill templates with a person's data and a canary each; return the fields and the canaries."""
    fields, canaries = {}, {}
    for name, template in templates.items():
        assert "{canary}" in template or "{token}" in template, f"{name} has no canary"
        canaries[name] = f"canary{next(_ids):06}x"
        fields[name] = template.format(
            canary=canaries[name],
            token=_token(person, canaries[name]),
            number=person.number,
            national=person.national,
            name=person.name,
            address=person.address,
        )
    return fields, canaries


def _token(person: Person, canary: str) -> str:
    """Return the payload of a PASSporT, as an Identity header has it."""
    payload = json.dumps({"orig": {"tn": person.number.removeprefix("+")}, "origid": canary})
    return base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def _new_id() -> str:
    return f"contact-{next(_ids)}"


def _check_sides(received: Received, sender: Person, recipient: Person) -> None:
    assert set(received) == {sender.number, recipient.number}, "other phones took part, or none"
    for fields in received.values():
        assert fields, "nothing was captured of a side"


def _check_side(
    driver: Driver, fields: Sequence[tuple[str, str]], other: Person, canaries: Mapping[str, str]
) -> None:
    assert fields, "nothing was captured of this side"
    findings = found((f"{name}={value}" for name, value in fields), [other], canaries.values())
    named = {canary: name for name, canary in canaries.items()}
    assert not findings, [named.get(one.removeprefix("canary "), one) for one in findings]
    unasked = {name for name, _ in fields} - driver.asked_for
    assert not unasked, f"fields that nobody asked for: {sorted(unasked)}"


def _check_refused(
    driver: Driver, received: Received, caller: Person, other: Person, refusal: Refusal
) -> None:
    assert set(received) == {caller.number}, "a refused call reached somebody"
    _check_side(driver, received[caller.number], other, {})
    _check_told(received[caller.number], SENTENCES[refusal])


def _check_told(fields: Sequence[tuple[str, str]], sentence: str) -> None:
    assert sentence in [value for _, value in fields], "the sender was told nothing"


def _check_written(scene: Scene, canaries: Mapping[str, str]) -> None:
    """Logs, metrics and events have no number, name or field of anybody, and are there."""
    assert scene.written, "nothing was written down"
    people = (ALICE, BOB, STRANGER, OFFICE, Person(PROXY, "Proxyname", "proxy.example"))
    assert not found(scene.written, people, canaries.values())


def _stages(scene: Scene) -> list[Stage]:
    return [one.stage for one in scene.records if isinstance(one, ContactRecord)]
