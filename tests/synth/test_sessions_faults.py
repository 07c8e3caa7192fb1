import re
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest

from chime_proxy import SessionsFile

CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBERS = '["+14015550101", "+12065550100"]'
RIDE = (
    f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ParticipantPhoneNumbers: {NUMBERS}}}"
)

Write = Callable[[str], Path]


@pytest.fixture
def faults(write: Write) -> Callable[[str], list[str]]:
    """Read a file that is wrong, and list its faults as `line: text`."""

    def faults(text: str) -> list[str]:
        file = write(text)
        with pytest.raises(ValueError, match="does not say") as raised:
            SessionsFile(cdk.Stack(), "Sessions", path=file)
        return str(raised.value).replace(f"{file}:", "").splitlines()[1:]

    return faults


def one_session(properties: str) -> str:
    """A file with one session, whose first property stands on line 3."""
    return f"Sessions:\n  ride:\n    {properties}\n"


def test_all_faults_at_once(faults: Callable[[str], list[str]]) -> None:
    """Whatever is wrong is said together, each thing by its line and in the file's own terms."""
    found = faults(
        "Defaults:\n"
        "  Capabilities: [Voice, Fax]\n"
        "  ParticipantPhoneNumbers: []\n"
        "Sessions:\n"
        "  one:\n"
        "    VoiceConnectorId: main\n"
        '    ParticipantPhoneNumbers: ["+14015550101"]\n'
        "    ExpiryMinutes: 721\n"
        "    Nme: ride\n"
        "  two:\n"
        f"    ParticipantPhoneNumbers: {NUMBERS}\n"
        "  two: &two {}\n"
        "  three: *two\n"
    )

    assert [re.match(r"\d+: [^ ]+", one)[0] for one in found] == [  # type: ignore[index]
        "2: Defaults.Capabilities[1]",
        "3: Defaults.ParticipantPhoneNumbers",
        "6: Sessions.one.VoiceConnectorId",
        "7: Sessions.one.ParticipantPhoneNumbers",
        "8: Sessions.one.ExpiryMinutes",
        "9: Sessions.one.Nme",
        "10: Sessions.two",
        "12: Sessions.?",
        "12: Sessions.?",
        "12: repeats",
        "13: is",
    ]


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        ("ParticipantPhoneNumbers: [+14015550101, '+12065550100']", "[0] must be quoted"),
        ("ParticipantPhoneNumbers: [14015550101, '+12065550100']", "[0] must be quoted"),
        ("Name: 42", "Name must be quoted"),
        ("Name: no", "Name must be quoted"),
        ("Name: 12:30", "Name must be quoted"),
        ("Name: 2026-11-22", "Name must be quoted"),
        ("Name:", "Name must be text"),
        ("GeoMatchParams: {Country: NO, AreaCode: '401'}", "Country must be quoted"),
        ("GeoMatchParams: {Country: US, AreaCode: 010}", "AreaCode must be quoted"),
        ("ExpiryMinutes: '60'", "ExpiryMinutes must be a whole number from 1 to 720"),
        ("ExpiryMinutes: 60.0", "ExpiryMinutes must be a whole number from 1 to 720"),
        ("ExpiryMinutes: 1:30", "ExpiryMinutes must be a whole number from 1 to 720"),
        ("ExpiryMinutes: 010", "ExpiryMinutes must be a whole number from 1 to 720"),
        ("ExpiryMinutes: 0", "ExpiryMinutes must be a whole number from 1 to 720"),
        ("RevealParticipantPhoneNumbers: yes", "must be true or false, without quotes"),
        ("RevealParticipantPhoneNumbers: 'true'", "must be true or false, without quotes"),
        ("Capabilities: Voice", "Capabilities must be a list"),
        ("Capabilities: []", "Capabilities must have at least 1 item"),
        ("Capabilities: [SMS, SMS]", "Capabilities must not repeat an item"),
        ("Capabilities: [on]", "Capabilities[0] must be quoted"),
        ("GeoMatchLevel: Planet", "GeoMatchLevel must be one of Country, AreaCode"),
        ("GeoMatchParams: {Country: US}", "GeoMatchParams must have AreaCode"),
        ("ParticipantPhoneNumbers: ['+14015550101']", "must have exactly 2 items"),
        ("ParticipantPhoneNumbers: [{}, '+12065550100']", "[0] must be a number in E.164"),
        ("ParticipantPhoneNumbers: ['+1401\n', '+12065550100']", "[0] must be a number in E.164"),
        ("ParticipantPhoneNumbers: [{SecretArn: x}, '+12065550100']", "must be the ARN of a sec"),
        (
            "ParticipantPhoneNumbers: [{ParameterName: x, JsonField: y}, '+12065550100']",
            "JsonField is not a property; known are",
        ),
        ("Name: !!str ride", "has a tag"),
        ("Name: !!python/object/apply:os.system [id]", "has a tag"),
        ("<<: {Name: ride}", "has a key that is not text"),
        ("? [Name]\n    : ride", "has a key that is not text"),
        ("Status: Open", "Status is not a property"),
        ('"\\0Name": ride', "? is not a property"),
    ],
)
def test_values(faults: Callable[[str], list[str]], properties: str, fault: str) -> None:
    """A value that is not what it should be is said to be so at its line, and not repeated."""
    found = [one for one in faults(one_session(properties)) if one.startswith("3: ")]

    assert [one for one in found if fault in one]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: must be a mapping"),
        ("- one\n", "1: must be a mapping"),
        ("Defaults: {}\n", "1: must have Sessions"),
        ("Sessions:\n", "1: Sessions must be a mapping"),
        ("Sessions: {}\nRides: {}\n", "2: Rides is not a property; known are Defaults, Sessions"),
        ("Sessions: {\n", "2: is not YAML"),
        ("Sessions: {}\n---\nSessions: {}\n", "2: begins a second document"),
        ("Sessions: \0\n", "1: is not YAML"),
        ("Sessions: " + "[" * 9 + "]" * 9, "1: is nested deeper"),
        ("Sessions: " + "[" * 100_000, "1: is nested deeper"),
        (f"Sessions:\n  1001: {RIDE}\n", "2: has a key that is not text: quote it"),
        (f"Sessions:\n  no: {RIDE}\n", "2: has a key that is not text: quote it"),
        (f"Sessions:\n  'a b': {RIDE}\n", "2: Sessions.? has a key that is not a letter"),
        (f"Sessions:\n  ride: {RIDE}\n  ride: {RIDE}\n", "3: repeats a key: it stands on line 2"),
        (f"Sessions:\n  one: &one {RIDE}\n  two: *one\n", "3: is an alias"),
        ("Sessions:\n  one:\n", "2: Sessions.one must be a mapping"),
    ],
)
def test_shapes(faults: Callable[[str], list[str]], text: str, fault: str) -> None:
    """A file of another shape than a sessions file's has one fault, which says so."""
    (found,) = faults(text)

    assert found.startswith(fault)


def test_what_is_at_fault_is_read(faults: Callable[[str], list[str]]) -> None:
    """A session whose key is at fault is checked all the same, under no name."""
    found = faults("Sessions:\n  1: {ExpiryMinutes: 0}\n  a: {}\n  a: {ExpiryMinutes: 0}\n")

    assert len([one for one in found if "Sessions.?.ExpiryMinutes must" in one]) == 2


def test_required(faults: Callable[[str], list[str]]) -> None:
    """What is required may come from the defaults, but for the participants."""
    found = faults("Defaults: {Capabilities: [SMS]}\nSessions:\n  one: {}\n")

    assert found == [
        "3: Sessions.one must have ParticipantPhoneNumbers",
        "3: Sessions.one must have VoiceConnectorId, itself or from Defaults",
    ]


def test_alias_bomb(faults: Callable[[str], list[str]]) -> None:
    """Aliases of aliases grow into nothing."""
    bombs = "\n".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))

    assert len(faults(f"Sessions:\n  l0: &l0 [x]\n{bombs}\n")) < 29 * 12


def test_not_utf_8(tmp_path: Path) -> None:
    """A file in another encoding is refused without its bytes being shown."""
    file = tmp_path / "sessions.yaml"
    file.write_bytes(b"Sessions: {} # \xff+14015550101")

    with pytest.raises(ValueError, match=r":1: is not text in UTF-8$"):
        SessionsFile(cdk.Stack(), "Sessions", path=file)


@pytest.mark.parametrize(
    "text",
    [
        one_session("ParticipantPhoneNumbers: [+14015550101, +14015550101]"),
        one_session("ParticipantPhoneNumbers: ['+1401555010x', 14015550101]"),
        one_session("14015550101: x"),
        one_session("'+14015550101': x"),
        one_session('"\\014015550101": x'),
        one_session("VoiceConnectorId: arn:aws:chime:us-east-1:123456789012:vc/+14015550101"),
        one_session("ParticipantPhoneNumbers: ['+14015550101"),
        one_session("ParticipantPhoneNumbers: [{'+14015550101': x}, '+14015550101', *14015550101]"),
        "Sessions:\n  +14015550101: {}\n  '+14015550101': {}\n  '14015550101': {}\n",
        "Sessions:\n  '+14015550101': {}\n  '+14015550101': {ExpiryMinutes: 14015550101}\n",
        "+14015550101\n",
        "Sessions: !14015550101 {}\n",
    ],
)
def test_no_number_is_repeated(faults: Callable[[str], list[str]], text: str) -> None:
    """Wherever a phone number stands in a bad file, no fault shows it."""
    assert not re.search("401555|010x", "".join(faults(text)))
