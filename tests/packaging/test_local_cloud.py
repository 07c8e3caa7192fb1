"""The local cloud of an installed wheel, far from any checkout."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from chime_proxy_local.cloud.proxy_sessions import VOICE_CONNECTOR_ID
from chime_proxy_local.command import process
from chime_proxy_local.command.state import read_state
from chime_proxy_local.daemon import OWNER
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint

# Stands for a CDK CLI whose bootstrap makes CDK's stack.
CDK = """#!/bin/sh
echo "cdk $*" >>"${CDK_HOME%/*}/cdk.log"
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, whose cloud is stopped afterwards."""
    folder = tmp_path / "my app"
    folder.mkdir()
    yield folder
    process.stop(Folder(folder / ".local"))


def chime_proxy(
    environment: Path, app: Path, *arguments: str, path: str = "/usr/bin:/bin"
) -> subprocess.CompletedProcess[str]:
    """Run the command with an empty home."""
    return subprocess.run(
        [environment / "bin" / "python", "-m", "chime_proxy", *arguments],
        cwd=app,
        env={"HOME": str(app), "PATH": path, OWNER: os.environ[OWNER]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_cloud_of_the_wheel_starts_and_ends_in_any_folder(environment: Path, app: Path) -> None:
    """Without a checkout the cloud starts, serves its page, has faults, and comes down."""
    started = chime_proxy(environment, app, "local", path="/nowhere")
    state = read_state(Folder(app / ".local"))

    assert (started.returncode, started.stderr) == (0, "")
    assert "`npm install aws-cdk` in this folder installs it" in started.stdout or (
        "https://nodejs.org" in started.stdout
    )
    assert "  source .local/env\n" in started.stdout
    assert (app / ".local" / ".gitignore").read_text() == "*\n"
    assert state
    with urlopen(f"{endpoint(state.port)}/_local/console") as page:  # noqa: S310 - this machine
        assert VOICE_CONNECTOR_ID in page.read().decode()
    assert chime_proxy(environment, app, "local", "fault", "down").stdout == (
        "On: down, until it is switched off.\n"
    )
    with pytest.raises(HTTPError, match="503"):
        urlopen(f"{endpoint(state.port)}/voice-connectors/x/proxy-sessions/y")  # noqa: S310
    done = chime_proxy(environment, app, "local", "down")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(app.iterdir()) == []


def test_cloud_is_bootstrapped_by_the_apps_own_cli(environment: Path, app: Path) -> None:
    """The CDK CLI among the app's npm packages bootstraps the cloud; nothing is deployed."""
    commands = app / "node_modules" / ".bin"
    commands.mkdir(parents=True)
    for tool in ("cdk", "node"):
        (commands / tool).write_text(CDK)
        (commands / tool).chmod(0o755)

    started = chime_proxy(environment, app, "local")

    assert (started.returncode, started.stderr) == (0, "")
    assert (app / ".local" / "cdk.log").read_text() == (
        "cdk bootstrap aws://000000000000/us-east-1 --no-notices --no-color --ci\n"
    )


def test_active_environment_of_another_app_stays_first(environment: Path, app: Path) -> None:
    """After sourcing the script, `python` is still that of the environment that was active."""
    chime_proxy(environment, app, "local", path="/nowhere")
    own = app / "own"

    command = ["sh", "-euc", '. .local/env; echo "$PATH"']
    done = subprocess.run(
        command,
        cwd=app,
        env={"PATH": f"{own}/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(own)},
        capture_output=True,
        text=True,
        check=True,
    )

    path = done.stdout.splitlines()[0].split(":")
    assert path[0] == f"{own}/bin"
    assert str(environment / "bin") in path
