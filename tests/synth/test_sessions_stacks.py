import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from chime_proxy import ProxySessionProvider, SessionsFile
from chime_proxy._sessions_file.document import read_sessions
from chime_proxy._sessions_file.spread import spread

GUIDE = (Path(__file__).parents[2] / "docs" / "gitops.md").read_text(encoding="utf-8")
CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBERS = '["+14015550101", "+12065550100"]'
RIDE = (
    f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ParticipantPhoneNumbers: {NUMBERS}}}"
)
SESSION = "Custom::ChimeProxySession"

Write = Callable[[str], Path]


def resources(stack: cdk.Stack, resource_type: str) -> dict[str, Any]:
    """The resources of one type in a stack."""
    return dict(Template.from_stack(stack).find_resources(resource_type))


def test_single_stack_is_the_same_as_many(write: Write) -> None:
    """A session has the same logical id in a single stack and in one of several."""
    file = write(f"Sessions:\n  one: {RIDE}\n")
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    alone, one_of_many = cdk.Stack(app, "Alone"), cdk.Stack(app, "OneOfMany")
    SessionsFile(alone, "Sessions", path=file)
    SessionsFile(app, "Sessions", path=file, stacks=[one_of_many])

    assert resources(alone, SESSION).keys() == resources(one_of_many, SESSION).keys()


@pytest.mark.parametrize("ids", [[], ["A/Same", "B/Same"]])
def test_stacks_are_told_apart_by_id(write: Write, ids: list[str]) -> None:
    """An empty list of stacks and stacks of the same id are refused."""
    app = cdk.App()
    scopes = [cdk.Stage(app, one.split("/")[0]) for one in ids]
    stacks = [cdk.Stack(scope, "Same") for scope in scopes]

    with pytest.raises(ValueError, match="each with an id of its own"):
        SessionsFile(app, "Sessions", path=write("Sessions: {}\n"), stacks=stacks)


def test_shared_provider(write: Write) -> None:
    """Stacks may share one provider; each has the permissions of its own sessions."""
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
    """Too many sessions for a stack are refused, with the remedy."""
    rides = "".join(f"  ride-{number}: {RIDE}\n" for number in range(480))
    file = write(f"Sessions:\n{rides}")

    with pytest.raises(
        ValueError, match=r"^Calls: 480 .* 481 .* another file with stacks of its own"
    ):
        SessionsFile(cdk.Stack(cdk.App(), "Calls"), "Sessions", path=file)


def lines(keys: Sequence[str]) -> str:
    """The text of a file with sessions on three connectors."""
    entries = []
    for number, key in enumerate(keys):
        connector = f"abcdef1ghij2klmno3pqr{number % 3}"
        numbers = f'["+1401555{number:04}", "+1206555{number:04}"]'
        entries.append(
            f"  {key}: {{VoiceConnectorId: {connector}, ParticipantPhoneNumbers: {numbers}}}"
        )
    return "\n".join(["Defaults: {Capabilities: [Voice, SMS]}", "Sessions:", *entries])


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


def test_two_thousand_sessions(write: Write, tmp_path: Path) -> None:
    """Eight stacks hold 2,000 sessions with room to spare, and one more changes one of them."""
    keys = [f"ride-{number}" for number in range(2000)]
    # The first few hundred show the resources a stack has beside its sessions.
    before = templates(write(lines(keys[:480])), tmp_path / "before")
    after = templates(write(lines([*keys[:480], "one-more"])), tmp_path / "after")

    assert sum(count(template) for template in before.values()) == 480
    others = {name: len(one["Resources"]) - count(one) for name, one in before.items()}
    parts = spread(read_sessions(write(lines(keys))), list(others))
    sizes = [len(part) + others[name] for name, part in parts.items()]
    assert len(sizes) == 8
    assert f"eight stacks of {min(sizes)} to {max(sizes)} resources" in GUIDE
    changed = [name for name in before if before[name] != after[name]]
    assert len(changed) == 1
    old, new = before[changed[0]]["Resources"], after[changed[0]]["Resources"]
    assert old.items() <= new.items()
    assert [new[logical_id]["Type"] for logical_id in new.keys() - old] == [SESSION]


def count(template: Mapping[str, Any]) -> int:
    """The number of a template's sessions."""
    return sum(resource["Type"] == SESSION for resource in template["Resources"].values())


@pytest.mark.parametrize("stacks", [cdk.Stack(), "Calls", [None]])
def test_stacks_are_a_list_of_stacks(stack: cdk.Stack, write: Write, stacks: Any) -> None:
    """A single stack in place of a list is refused by the prop's name."""
    with pytest.raises(ValueError, match="stacks must be a list of one or more stacks"):
        SessionsFile(stack, "Sessions", path=write("Sessions: {}\n"), stacks=stacks)
