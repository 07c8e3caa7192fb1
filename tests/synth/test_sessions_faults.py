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
def problems(write: Write) -> Callable[[str], list[str]]:
    """Read a bad file, and list its problems as `line: text`."""

    def problems(text: str) -> list[str]:
        file = write(text)
        with pytest.raises(ValueError, match="is not a valid sessions file:") as raised:
            SessionsFile(cdk.Stack(), "Sessions", path=file)
        return str(raised.value).replace(f"{file}:", "").splitlines()[1:]

    return problems


def one_session(properties: str) -> str:
    """A file with one session, its first property on line 3."""
    return f"Sessions:\n  ride:\n    {properties}\n"


def test_all_problems_at_once(problems: Callable[[str], list[str]]) -> None:
    """All problems are reported together, by line and by the file's own names."""
    found = problems(
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
    ("properties", "problem"),
    [
        ("ParticipantPhoneNumbers: [+14015550101, '+12065550100']", "[0] must be quoted"),
        ("ParticipantPhoneNumbers: [14015550101, '+12065550100']", "[0] must be quoted"),
        ("Name: 42", "Name must be quoted"),
        ("Name: no", "Name must be quoted"),
        ("Name: 12:30", "Name must be quoted"),
        ("Name: 2026-11-22", "Name must be quoted"),
        ("Name: 1e3", "Name must be quoted"),
        ("Name: 0o17", "Name must be quoted"),
        ("GeoMatchParams: {Country: US, AreaCode: 089}", "AreaCode must be quoted"),
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
def test_bad_value_is_reported_at_its_line(
    problems: Callable[[str], list[str]], properties: str, problem: str
) -> None:
    """A bad value has one problem, with its line and without the value."""
    found = [one for one in problems(one_session(properties)) if one.startswith("3: ")]

    assert [one for one in found if problem in one]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
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
        (
            f"Sessions:\n  ride: {RIDE}\n  ride: {RIDE}\n",
            "3: repeats a key: the first is on line 2",
        ),
        (f"Sessions:\n  one: &one {RIDE}\n  two: *one\n", "3: is an alias"),
        ("Sessions:\n  one:\n", "2: Sessions.one must be a mapping"),
    ],
)
def test_file_of_another_shape_has_one_problem(
    problems: Callable[[str], list[str]], text: str, problem: str
) -> None:
    """A file of another shape than a sessions file's has one problem."""
    (found,) = problems(text)

    assert found.startswith(problem)


def test_session_under_a_bad_key_is_checked(problems: Callable[[str], list[str]]) -> None:
    """A session with a bad key is checked too, and reported without the key."""
    found = problems("Sessions:\n  1: {ExpiryMinutes: 0}\n  a: {}\n  a: {ExpiryMinutes: 0}\n")

    assert len([one for one in found if "Sessions.?.ExpiryMinutes must" in one]) == 2


def test_required_properties_may_come_from_deproblems(problems: Callable[[str], list[str]]) -> None:
    """Required properties may come from the defaults, except the participants."""
    found = problems("Defaults: {Capabilities: [SMS]}\nSessions:\n  one: {}\n")

    assert found == [
        "3: Sessions.one must have ParticipantPhoneNumbers",
        "3: Sessions.one must have VoiceConnectorId, itself or from Defaults",
    ]


def test_alias_bomb(problems: Callable[[str], list[str]]) -> None:
    """Aliases of aliases grow into nothing."""
    bombs = "\n".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))

    assert len(problems(f"Sessions:\n  l0: &l0 [x]\n{bombs}\n")) < 29 * 12


def test_not_utf_8(tmp_path: Path) -> None:
    """The error for a file in another encoding has none of its bytes."""
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
def test_no_number_is_repeated(problems: Callable[[str], list[str]], text: str) -> None:
    """No problem shows a phone number, wherever it is in the file."""
    assert not re.search("401555|010x", "".join(problems(text)))
