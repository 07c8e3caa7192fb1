"""The workflows of examples/gitops, step by step on a local cloud.

The tests share a repository: each one leaves it deployed as its sessions.yaml says.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cfnlint.decode import decode_str
from tests.folders import ROOT
from tests.local.plain_stack import PlainStack
from tests.local.release_code import upload_code
from tests.local.repository import Repository
from tests.local.running_cloud import RunningCloud
from tools.template.release import write

from chime_proxy.sdk import client
from chime_proxy_local.command import process
from chime_proxy_local.command.cdk import Cdk
from chime_proxy_local.environment import REGION
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint

EXAMPLE = ROOT / "examples" / "gitops"
NUMBERS = ",".join(f"+1206555013{digit}" for digit in range(10))
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
def service(account: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Publish a service that has the connector, as another repository does; return its API."""
    release = write(tmp_path_factory.mktemp("dist"))[0]
    keys = upload_code(release, account.client("s3"), "code")
    stack = PlainStack(account.client("cloudformation"), release.kind.stack_name, release.template)
    status = stack.create(PhoneNumbers=NUMBERS, **keys)
    assert status == "CREATE_COMPLETE", stack.failures()
    parameter = account.client("ssm").get_parameter(Name="/chime-proxy/endpoint-url")["Parameter"]
    api = client(parameter["Value"])
    api.put_voice_connector_proxy(
        VoiceConnectorId=CONNECTOR, DefaultSessionExpiryMinutes=60, PhoneNumberPoolCountries=["US"]
    )
    return api


@pytest.fixture(scope="module")
def repository(
    account: RunningCloud,
    service: Any,  # noqa: ARG001 - the stacks need it
    tmp_path_factory: pytest.TempPathFactory,
) -> Repository:
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


def sessions(service: Any) -> list[dict[str, Any]]:
    """The sessions that there are."""
    return list(service.list_proxy_sessions(VoiceConnectorId=CONNECTOR)["ProxySessions"])


def test_workflow_deploys_every_entry(
    repository: Repository, account: RunningCloud, service: Any
) -> None:
    """What the workflow deploys is a session for every entry, each in sync with its stack."""
    existing = {f"{CONNECTOR}/{session['ProxySessionId']}" for session in sessions(service)}
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


def test_changed_entries_leave_the_others(
    repository: Repository, account: RunningCloud, service: Any
) -> None:
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
    assert len(after) == len(sessions(service)) == len(before) + 1
    assert [session["Capabilities"] for session in sessions(service)].count(["SMS"]) == 1
    assert drift(repository).returncode == 0


def test_drift_is_found_and_named(
    repository: Repository, account: RunningCloud, service: Any
) -> None:
    """What was changed and deleted by hand is found, named and fails the workflow."""
    changed, deleted, *_ = sorted(resources(account).values())
    service.delete_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=deleted.split("/")[1])
    service.update_proxy_session(
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


def test_role_of_the_plan_may_look_for_drift(
    repository: Repository, account: RunningCloud, looker: dict[str, str]
) -> None:
    """With the permissions of the plan in roles.yaml, this connector's sessions can be looked at."""
    stacks = [argument for stack in STACKS for argument in ("--stack", stack)]
    found = repository.run(sys.executable, "-m", "chime_proxy", "drift", *stacks, **looker)

    assert (found.returncode, found.stderr) == (0, ""), found.stdout
    assert found.stdout.count("  in sync") == len(resources(account))


@pytest.mark.usefixtures("repository")
def test_role_of_the_plan_may_look_at_its_connector_alone(
    service: Any, looker: dict[str, str]
) -> None:
    """It may neither list nor change sessions, nor look at another connector's."""
    own = boto3.Session(looker["AWS_ACCESS_KEY_ID"], looker["AWS_SECRET_ACCESS_KEY"])
    api = client(service.meta.endpoint_url, own)
    session = sessions(service)[0]["ProxySessionId"]

    assert api.get_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=session)
    refused = pytest.raises(ClientError, match=r"AccessDenied|Forbidden|not authorized")
    with refused:
        api.list_proxy_sessions(VoiceConnectorId=CONNECTOR)
    with refused:
        api.delete_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=session)
    with refused:
        api.get_proxy_session(VoiceConnectorId="z" * 22, ProxySessionId=session)


@pytest.fixture
def looker(
    account: RunningCloud,
    service: Any,  # noqa: ARG001 - the permissions have its ARN
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """The credentials of a user with the permissions of the role RidesPlan."""
    roles, _ = decode_str((EXAMPLE / "roles.yaml").read_text())
    properties = {"Policies": roles["Resources"]["Plan"]["Properties"]["Policies"]}
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": "looker", **properties}}
    template = tmp_path / "looker.json"
    template.write_text(json.dumps({**roles, "Resources": {"Looker": user}}))
    named = ["CAPABILITY_NAMED_IAM"]
    stack = PlainStack(account.client("cloudformation"), "Looker", template, named)
    assert stack.create() == "CREATE_COMPLETE", stack.failures()
    iam = account.client("iam")
    key = iam.create_access_key(UserName="looker")["AccessKey"]
    yield {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    iam.delete_access_key(UserName="looker", AccessKeyId=key["AccessKeyId"])
    assert stack.delete() == "DELETE_COMPLETE"


def test_json_names_each_session(repository: Repository, account: RunningCloud) -> None:
    """Programs read which session of which stack is how."""
    stacks = [argument for stack in STACKS for argument in ("--stack", stack)]
    done = repository.run(sys.executable, "-m", "chime_proxy", "drift", "--json", *stacks)
    found = json.loads(done.stdout)["Stacks"]

    assert [stack["StackName"] for stack in found] == STACKS
    assert {
        f"{stack['StackName']}/{one['LogicalResourceId']}": one["PhysicalResourceId"]
        for stack in found
        for one in stack["Sessions"]
    } == resources(account)
    assert {one["DriftStatus"] for stack in found for one in stack["Sessions"]} == {"IN_SYNC"}


def test_unknown_stack_is_not_in_sync(repository: Repository) -> None:
    """A stack that is not there is no stack in sync."""
    done = repository.run(sys.executable, "-m", "chime_proxy", "drift", "--stack", "Nowhere")

    assert (done.returncode, done.stdout) == (2, "")
    assert "does not exist" in done.stderr
