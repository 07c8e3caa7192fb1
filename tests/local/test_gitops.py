"""The workflows of examples/gitops, step by step on a local cloud.

The tests share a repository: each one leaves it deployed as its sessions.yaml says.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from local.command import process
from local.command.cdk import Cdk
from local.environment import REGION, tool_environment
from local.folder import Folder
from local.health import endpoint
from tests.local.repository import Repository
from tests.local.running_cloud import RunningCloud

CONNECTOR = "abcdef1ghij2klmno3pqr4"
STACKS = [f"Rides{number}" for number in range(4)]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """Start a cloud that is bootstrapped for CDK."""
    folder = Folder(tmp_path_factory.mktemp("account") / ".local")
    cloud = RunningCloud(folder, process.start(folder))
    cdk = Cdk(app=folder.path, folder=folder, endpoint=endpoint(cloud.port))
    cdk.run("bootstrap", f"aws://000000000000/{REGION}")
    yield cloud
    process.stop(folder)


@pytest.fixture(scope="module")
def repository(account: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Deploy the example by its workflow."""
    path = tmp_path_factory.mktemp("repository") / "rides"
    repository = Repository(path=path, folder=account.folder, endpoint=endpoint(account.port))
    repository.check_out()
    deploy(repository)
    return repository


@pytest.fixture
def edited(repository: Repository) -> Iterator[Repository]:
    """Take edits of sessions.yaml back afterwards."""
    sessions = repository.path / "sessions.yaml"
    before = sessions.read_text()
    yield repository
    sessions.write_text(before)


def deploy(repository: Repository) -> None:
    """Do what a merge does."""
    for step in ("Synthesize", "Deploy"):
        done = repository.step("rides", "deploy", step)
        assert done.returncode == 0, done.stderr


def drift(repository: Repository) -> subprocess.CompletedProcess[str]:
    """Do what the clock does."""
    return repository.step("drift", "drift", "Drift")


def resources(account: RunningCloud) -> dict[str, str]:
    """The physical ids of all sessions, by stack and logical id."""
    cloudformation = account.client("cloudformation")
    return {
        f"{stack}/{resource['LogicalResourceId']}": resource["PhysicalResourceId"]
        for stack in STACKS
        for resource in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        if resource["ResourceType"] == "Custom::ChimeProxySession"
    }


def sessions(account: RunningCloud) -> list[dict[str, Any]]:
    """The sessions that there are."""
    answer = account.client("chime-sdk-voice").list_proxy_sessions(VoiceConnectorId=CONNECTOR)
    return list(answer["ProxySessions"])


def test_workflow_deploys_every_entry(repository: Repository, account: RunningCloud) -> None:
    """What the workflow deploys is a session for every entry, each in sync with its stack."""
    existing = {f"{CONNECTOR}/{session['ProxySessionId']}" for session in sessions(account)}
    found = drift(repository)

    assert set(resources(account).values()) == existing
    assert len(existing) == len(repository.entries())
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.count("  in sync") == len(existing)


def test_plan_shows_changes_but_no_number(edited: Repository) -> None:
    """The comment on a pull request shows what would change, in one stack, and no phone number."""
    edited.edit('"+14015550102", "+12065550103"', '"+14015550102", "+12065550109"')
    for step in ("Synthesize", "Plan"):
        done = edited.step("rides", "plan", step)
        assert done.returncode == 0, done.stderr
    plan = (edited.path / "plan.md").read_text()

    assert plan.startswith("```diff\n")
    assert plan.endswith("```\n")
    assert plan.count("[~] Custom::ChimeProxySession") == 1
    assert plan.count("There were no differences") == 3
    assert "+…" in plan
    assert not re.search(r"(401|206)555", plan)


def test_changed_entries_leave_the_others(repository: Repository, account: RunningCloud) -> None:
    """Adding, changing and renaming entries replaces the renamed one, and leaves the others."""
    before = resources(account)
    repository.edit("    Capabilities: [Voice]\n", "    Capabilities: [SMS]\n")
    repository.edit("ride-1003", "ride-1004")
    repository.edit(
        "Sessions:\n",
        'Sessions:\n  ride-0:\n    ParticipantPhoneNumbers: ["+14015550106", "+12065550107"]\n',
    )
    deploy(repository)
    after = resources(account)

    assert len(before.items() & after.items()) == 2
    assert len(after) == len(sessions(account)) == len(before) + 1
    assert [session["Capabilities"] for session in sessions(account)].count(["SMS"]) == 1
    assert drift(repository).returncode == 0


def test_drift_is_found_and_named(repository: Repository, account: RunningCloud) -> None:
    """What was changed and deleted by hand is found, named and fails the workflow."""
    client = account.client("chime-sdk-voice")
    changed, deleted, *_ = sorted(resources(account).values())
    client.delete_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=deleted.split("/")[1])
    client.update_proxy_session(
        VoiceConnectorId=CONNECTOR,
        ProxySessionId=changed.split("/")[1],
        Capabilities=["SMS"],
        ExpiryMinutes=61,
    )
    found = drift(repository)

    assert found.returncode == 1
    assert "ExpiryMinutes is 61, declared 60" in found.stdout
    assert found.stdout.count("  missing") == found.stdout.count("  modified") == 1
    without_proxy_numbers = re.sub(r"^  \S+ +\S+", "", found.stdout, flags=re.MULTILINE)
    assert not re.search(r"(401|206)555", without_proxy_numbers)
    repository.edit("ExpiryMinutes: 60", "ExpiryMinutes: 59")
    deploy(repository)
    assert drift(repository).returncode == 0


def test_json_names_each_session(repository: Repository, account: RunningCloud) -> None:
    """Programs read which session of which stack is how."""
    stacks = [argument for stack in STACKS for argument in ("--stack", stack)]
    done = subprocess.run(
        [sys.executable, "-m", "chime_proxy", "drift", "--json", *stacks],
        env=tool_environment(account.folder, repository.endpoint, os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)["Stacks"]

    assert [stack["StackName"] for stack in found] == STACKS
    assert {
        f"{stack['StackName']}/{one['LogicalResourceId']}": one["PhysicalResourceId"]
        for stack in found
        for one in stack["Sessions"]
    } == resources(account)
    assert {one["DriftStatus"] for stack in found for one in stack["Sessions"]} == {"IN_SYNC"}


def test_unknown_stack_is_not_in_sync(repository: Repository, account: RunningCloud) -> None:
    """A stack that is not there is no stack in sync."""
    done = subprocess.run(
        [sys.executable, "-m", "chime_proxy", "drift", "--stack", "Nowhere"],
        env=tool_environment(account.folder, repository.endpoint, os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "does not exist" in done.stderr
