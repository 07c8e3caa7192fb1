"""Clouds for tests: each one has a folder and a port of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.folders import ROOT
from tests.local.assets import publish_assets
from tests.local.checkout import Checkout
from tests.local.configured_rides import CONFIGURED_STATES
from tests.local.hidden_rides import HIDDEN_STATES
from tests.local.probe import ProbeStack
from tests.local.rides import STATES, THERE, synthesize
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack

from chime_proxy_local.command import process
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint


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
        for name in ("app.py", "cdk.json"):
            shutil.copy(ROOT / name, path / name)
        (path / "node_modules").symlink_to(ROOT / "node_modules")
        checkouts.append(path)
        return Checkout(path)

    yield create
    for path in checkouts:
        process.stop(Folder(path / ".local"))


@pytest.fixture(scope="session")
def rides_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """Start a cloud whose two connectors may have sessions, for the stack of `rides` alone."""
    folder = Folder(tmp_path_factory.mktemp("rides") / ".local")
    cloud = RunningCloud(folder, process.start(folder))
    proxy = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}
    cloud.client("chime-sdk-voice").put_voice_connector_proxy(VoiceConnectorId=THERE, **proxy)
    yield cloud
    process.stop(folder)


@pytest.fixture(scope="session")
def new_stack(rides_cloud: RunningCloud) -> SessionStack:
    """Name the stack, and publish the function that all its states share."""
    assembly, states = rides_cloud.folder.assembly, {**STATES, **HIDDEN_STATES, **CONFIGURED_STATES}
    templates = synthesize(assembly, endpoint(rides_cloud.port), states)
    publish_assets(assembly, rides_cloud.client("s3"))
    return SessionStack(
        rides_cloud.client("cloudformation"), rides_cloud.client("chime-sdk-voice"), templates
    )
