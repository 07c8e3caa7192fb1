import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from chime_proxy import ProxySessionProvider, SessionsFile

CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBERS = '["+14015550101", "+12065550100"]'
RIDE = (
    f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ParticipantPhoneNumbers: {NUMBERS}}}"
)
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:riders"
GUIDE = (Path(__file__).parents[2] / "docs" / "gitops.md").read_text(encoding="utf-8")
SESSION = "Custom::ChimeProxySession"
EVERYTHING = {
    "VoiceConnectorId": CONNECTOR,
    "ParticipantPhoneNumbers": ["+14015550101", "+12065550100"],
    "Capabilities": ["Voice", "SMS"],
    "ExpiryMinutes": 60,
    "Name": "ride 7",
    "NumberSelectionBehavior": "AvoidSticky",
    "GeoMatchLevel": "AreaCode",
    "GeoMatchParams": {"Country": "US", "AreaCode": "401"},
    "RevealParticipantPhoneNumbers": True,
}

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a sessions file."""

    def write(text: str) -> Path:
        file = tmp_path / "sessions.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def sessions(write: Write) -> Callable[[str], dict[str, Any]]:
    """Synthesize the sessions of a file."""

    def sessions(text: str) -> dict[str, Any]:
        stack = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
        SessionsFile(stack, "Sessions", path=write(text))
        return resources(stack, SESSION)

    return sessions


@pytest.fixture
def faults(write: Write) -> Callable[[str], list[str]]:
    """Read a file that is wrong, and list its faults as `line: text`."""

    def faults(text: str) -> list[str]:
        file = write(text)
        with pytest.raises(ValueError, match="does not say") as raised:
            SessionsFile(cdk.Stack(), "Sessions", path=file)
        return str(raised.value).replace(f"{file}:", "").splitlines()[1:]

    return faults


def resources(stack: cdk.Stack, resource_type: str) -> dict[str, Any]:
    """The resources of one type in a stack."""
    return dict(Template.from_stack(stack).find_resources(resource_type))


def one_session(properties: str) -> str:
    """A file with one session, whose first property stands on line 3."""
    return f"Sessions:\n  ride:\n    {properties}\n"


def test_properties(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Every property that a session has reaches its resource as it stands in the file."""
    (resource,) = sessions(json.dumps({"Sessions": {"ride": EVERYTHING}})).values()

    own = {"ServiceToken", "ServiceTimeout"}
    assert {key: value for key, value in resource["Properties"].items() if key not in own} == (
        EVERYTHING
    )


def test_properties_are_all_there_are() -> None:
    """A session of a file may have what the test above has, and nothing else."""
    schema = json.loads(run("schema"))

    assert schema["definitions"]["Session"]["properties"].keys() == EVERYTHING.keys()


def test_defaults(sessions: Callable[[str], dict[str, Any]]) -> None:
    """A session has what it does not say itself from the defaults."""
    found = sessions(
        f"Defaults: {{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ExpiryMinutes: 30}}\n"
        "Sessions:\n"
        f"  one: {{ParticipantPhoneNumbers: {NUMBERS}}}\n"
        f"  two: {{ParticipantPhoneNumbers: {NUMBERS}, ExpiryMinutes: 60}}\n"
    )

    assert [one["Properties"]["ExpiryMinutes"] for one in found.values()] == [30, 60]
    assert {one["Properties"]["VoiceConnectorId"] for one in found.values()} == {CONNECTOR}


def test_no_sessions(sessions: Callable[[str], dict[str, Any]]) -> None:
    """A file without sessions is a file: whoever ends the last one need not delete the stack."""
    assert sessions("Sessions: {}\n") == {}


def test_order_means_nothing(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Moving entries, and adding one before the others, leaves the others' resources alone."""
    before = sessions(f"Sessions:\n  one: {RIDE}\n  two: {RIDE}\n")
    after = sessions(f"Sessions:\n  new: {RIDE}\n  two: {RIDE}\n  one: {RIDE}\n")

    assert before.items() <= after.items()
    assert len(after) == 3


def test_another_key_is_another_session(sessions: Callable[[str], dict[str, Any]]) -> None:
    """A renamed entry is a new resource beside the removal of the old one."""
    before = sessions(f"Sessions:\n  one: {RIDE}\n")
    after = sessions(f"Sessions:\n  uno: {RIDE}\n")

    assert before.keys().isdisjoint(after)


def test_similar_keys(sessions: Callable[[str], dict[str, Any]]) -> None:
    """Keys that differ by no more than CloudFormation's ids can show are still two sessions."""
    assert len(sessions(f"Sessions:\n  ride-1: {RIDE}\n  ride1: {RIDE}\n")) == 2


def test_sessions_by_key(stack: cdk.Stack, write: Write) -> None:
    """The sessions are there for outputs and for other resources, by their keys."""
    file = SessionsFile(stack, "Sessions", path=write(f"Sessions:\n  one: {RIDE}\n"))

    number = stack.resolve(file.sessions["one"].proxy_phone_number)

    (logical_id,) = resources(stack, SESSION)
    assert number == {"Fn::GetAtt": [logical_id, "ProxyPhoneNumber"]}


def test_references(stack: cdk.Stack, write: Write) -> None:
    """Numbers by reference stand in the template as such, and the provider may read them."""
    secret = f"{{SecretArn: {ARN}-AbCdEf, JsonField: phone}}"
    text = one_session(
        f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [SMS], ParticipantPhoneNumbers: "
        f"[{secret}, {{ParameterName: /drivers/7}}]}}"
    )
    SessionsFile(stack, "Sessions", path=write(text))

    (session,) = resources(stack, SESSION).values()
    policies = resources(stack, "AWS::IAM::Policy")
    granted = {
        statement["Action"]: json.dumps(statement["Resource"])
        for policy in policies.values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if isinstance(statement["Action"], str)
    }
    assert session["Properties"]["ParticipantPhoneNumbers"] == [
        {"SecretArn": f"{ARN}-AbCdEf", "JsonField": "phone"},
        {"ParameterName": "/drivers/7"},
    ]
    assert granted.keys() == {"secretsmanager:GetSecretValue", "ssm:GetParameter"}
    assert f"{ARN}-AbCdEf" in granted["secretsmanager:GetSecretValue"]
    assert ":parameter/drivers/7" in granted["ssm:GetParameter"]
    own = {name for name in policies if "DefaultPolicy" not in name}
    assert len(own) == 3
    assert set(session["DependsOn"]) == own


def test_one_secret_for_many_numbers(stack: cdk.Stack, write: Write) -> None:
    """Fields of one secret need one permission; an incomplete ARN is completed in it."""
    fields = ", ".join(f"{{SecretArn: {ARN}, JsonField: {name}}}" for name in ("a", "b"))
    other = ", ".join(f"{{SecretArn: {ARN}, JsonField: {name}}}" for name in ("c", "d"))
    common = f"VoiceConnectorId: {CONNECTOR}, Capabilities: [SMS], ParticipantPhoneNumbers:"
    SessionsFile(
        stack,
        "Sessions",
        path=write(f"Sessions:\n  one: {{{common} [{fields}]}}\n  two: {{{common} [{other}]}}\n"),
    )

    policies = [json.dumps(one) for one in resources(stack, "AWS::IAM::Policy").values()]
    assert len([one for one in policies if "secretsmanager" in one]) == 1
    assert f'"{ARN}-??????"' in "".join(policies)


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


def test_single_stack_is_the_same_as_many(write: Write) -> None:
    """A session's logical id does not tell whether its stack is one of several."""
    file = write(f"Sessions:\n  one: {RIDE}\n")
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    alone, one_of_many = cdk.Stack(app, "Alone"), cdk.Stack(app, "OneOfMany")
    SessionsFile(alone, "Sessions", path=file)
    SessionsFile(app, "Sessions", path=file, stacks=[one_of_many])

    assert resources(alone, SESSION).keys() == resources(one_of_many, SESSION).keys()


@pytest.mark.parametrize("ids", [[], ["A/Same", "B/Same"]])
def test_stacks_are_told_apart_by_id(write: Write, ids: list[str]) -> None:
    """No stack at all, and stacks that a hash cannot tell apart, are refused."""
    app = cdk.App()
    scopes = [cdk.Stage(app, one.split("/")[0]) for one in ids]
    stacks = [cdk.Stack(scope, "Same") for scope in scopes]

    with pytest.raises(ValueError, match="each with an id of its own"):
        SessionsFile(app, "Sessions", path=write("Sessions: {}\n"), stacks=stacks)


def test_shared_provider(write: Write) -> None:
    """Stacks may share one provider: each has the permissions that its own sessions need."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    shared = ProxySessionProvider(cdk.Stack(app, "Shared"), "Provider", endpoint_url="https://x.io")
    stacks = [cdk.Stack(app, f"Sessions{number}") for number in range(2)]
    rides = "".join(f"  ride-{number}: {RIDE}\n" for number in range(8))
    SessionsFile(
        app, "All", path=write(f"Sessions:\n{rides}"), stacks=stacks, provider=lambda _: shared
    )

    for stack in stacks:
        assert resources(stack, "AWS::Lambda::Function") == {}
        (policy,) = resources(stack, "AWS::IAM::Policy")
        sessions = resources(stack, SESSION).values()
        assert sessions
        assert all(policy in session["DependsOn"] for session in sessions)
    assert len(Template.from_stack(cdk.Stack.of(shared)).find_outputs("*")) == 2


def test_too_many_for_one_stack(write: Write) -> None:
    """Sessions that a stack has no room for are refused, with what can be done about it."""
    rides = "".join(f"  ride-{number}: {RIDE}\n" for number in range(480))
    file = write(f"Sessions:\n{rides}")

    with pytest.raises(ValueError, match=r"^Calls: 480 .* 481 .* file and stacks of their own"):
        SessionsFile(cdk.Stack(cdk.App(), "Calls"), "Sessions", path=file)


def run(*arguments: str) -> str:
    """What `python -m chime_proxy` prints."""
    command = [sys.executable, "-W", "error", "-m", "chime_proxy", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def two_thousand(added: Mapping[str, int]) -> Iterator[str]:
    """The lines of a file with 2,000 sessions on three connectors, and some more."""
    yield "Defaults: {Capabilities: [Voice, SMS]}"
    yield "Sessions:"
    for key, number in [*added.items(), *((f"ride-{number}", number) for number in range(2000))]:
        connector = f"abcdef1ghij2klmno3pqr{number % 3}"
        numbers = f'["+1401555{number:04}", "+1206555{number:04}"]'
        yield f"  {key}: {{VoiceConnectorId: {connector}, ParticipantPhoneNumbers: {numbers}}}"


def templates(file: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """The templates of eight stacks with the sessions of a file."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []}, outdir=str(folder))
    stacks = [cdk.Stack(app, f"Rides{number}") for number in range(8)]
    SessionsFile(app, "Sessions", path=file, stacks=stacks)
    app.synth()
    return {
        path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))
        for path in folder.glob("*.template.json")
    }


def test_two_thousand(write: Write, tmp_path: Path) -> None:
    """Eight stacks hold 2,000 sessions with room to spare, and one more changes one of them."""
    before = templates(write("\n".join(two_thousand({}))), tmp_path / "before")
    after = templates(write("\n".join(two_thousand({"one-more": 7}))), tmp_path / "after")

    sizes = [len(template["Resources"]) for template in before.values()]
    assert len(sizes) == 8
    assert f"eight stacks of {min(sizes)} to {max(sizes)} resources" in GUIDE
    assert sum(count(template) for template in before.values()) == 2000
    changed = [name for name in before if before[name] != after[name]]
    assert len(changed) == 1
    old, new = before[changed[0]]["Resources"], after[changed[0]]["Resources"]
    assert old.items() <= new.items()
    assert [new[logical_id]["Type"] for logical_id in new.keys() - old] == [SESSION]


def count(template: Mapping[str, Any]) -> int:
    """The number of a template's sessions."""
    return sum(resource["Type"] == SESSION for resource in template["Resources"].values())
