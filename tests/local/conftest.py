"""Clouds for tests: each one has a folder and a port of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from local.command import process
from local.environment import shell_script
from local.folder import ROOT, Folder
from local.health import endpoint
from tests.local.checkout import Checkout
from tests.local.configured_rides import CONFIGURED_STATES
from tests.local.hidden_rides import HIDDEN_STATES
from tests.local.probe import ProbeStack
from tests.local.rides import STATES, THERE, synthesize
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack

ACCOUNT = "aws://000000000000/us-east-1"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """Start a cloud for all tests that do nothing to its process."""
    folder = Folder(tmp_path_factory.mktemp("cloud") / ".local")
    yield RunningCloud(folder, process.start(folder))
    process.stop(folder)


@pytest.fixture
def stack(cloud: RunningCloud, tmp_path: Path) -> Iterator[ProbeStack]:
    """Name a stack that does not exist yet, and remove it afterwards."""
    probe = ProbeStack(
        cloud.client("cloudformation"), f"probe-{uuid4().hex[:8]}", tmp_path / "journal"
    )
    yield probe
    probe.cloudformation.delete_stack(StackName=probe.name)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """Name a folder for a cloud, and stop the cloud that the test has left in it."""
    folder = Folder(tmp_path / ".local")
    yield folder
    process.stop(folder)


@pytest.fixture(scope="session")
def new_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Checkout]]:
    """Copy what `make local` needs into folders of their own."""
    checkouts = []

    def create() -> Checkout:
        path = tmp_path_factory.mktemp("checkout")
        shutil.copytree(ROOT / "local", path / "local")
        for name in ("app.py", "cdk.json", "requirements.txt"):
            shutil.copy(ROOT / name, path / name)
        (path / "node_modules").symlink_to(ROOT / "node_modules")
        checkouts.append(path)
        return Checkout(path)

    yield create
    for path in checkouts:
        process.stop(Folder(path / ".local"))


@pytest.fixture(scope="session")
def checkout(new_checkout: Callable[[], Checkout]) -> Checkout:
    """Start a cloud whose two connectors may have sessions, and bootstrap it."""
    checkout = new_checkout()
    folder = checkout.folder
    port = process.start(folder)
    folder.env.write_text(shell_script(folder, endpoint(port)))
    proxy = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}
    RunningCloud(folder, port).client("chime-sdk-voice").put_voice_connector_proxy(
        VoiceConnectorId=THERE, **proxy
    )
    done = checkout.shell(f"cd .local; cdk bootstrap {ACCOUNT}")
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture(scope="session")
def port(checkout: Checkout) -> int:
    """Return the cloud's port."""
    found = process.running_port(checkout.folder)
    assert found
    return found


@pytest.fixture(scope="session")
def templates(checkout: Checkout, port: int) -> dict[str, str]:
    """Synthesize all states of the stack."""
    return synthesize(
        checkout.folder.assembly, endpoint(port), {**STATES, **HIDDEN_STATES, **CONFIGURED_STATES}
    )


@pytest.fixture(scope="session")
def new_stack(checkout: Checkout, port: int, templates: dict[str, str]) -> SessionStack:
    """Name the stack, and publish the function that all its states share."""
    cloud = RunningCloud(checkout.folder, port)
    stack = SessionStack(cloud.client("cloudformation"), cloud.client("chime-sdk-voice"), templates)
    done = checkout.cdk("deploy --require-approval never", "one")
    assert done.returncode == 0, done.stdout
    assert stack.delete() == "DELETE_COMPLETE"
    return stack
