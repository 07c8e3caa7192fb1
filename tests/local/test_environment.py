import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chime_proxy_local.environment import (
    cloud_variables,
    server_environment,
    shell_script,
    tool_environment,
)
from chime_proxy_local.folder import Folder

ENDPOINT = "http://127.0.0.1:4711"
SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh") if shutil.which(shell)]


def script_of(app: Path) -> Path:
    """Write the script for an app that has the CDK CLI among its npm packages."""
    folder = Folder(app / ".local")
    folder.path.mkdir(parents=True)
    folder.npm_commands.mkdir(parents=True)
    (folder.npm_commands / "cdk").touch(mode=0o755)
    folder.env.write_text(shell_script(folder, ENDPOINT))
    return folder.env


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_points_any_shell_at_the_cloud(tmp_path: Path, shell: str) -> None:
    """Any shell, in any folder, talks to the cloud after sourcing, whatever it talked to before."""
    script = script_of(tmp_path / "a folder")
    before = {
        "PATH": "/usr/bin:/bin",
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "NOTES": "of two lines,\nAWS_REGION the second",
    }
    done = subprocess.run(
        [shell, "-euc", f". '{script}'; cd /; env; command -v cdk; command -v aws"],
        env=before,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    after = dict(line.split("=", 1) for line in lines if "=" in line)
    assert after["AWS_ENDPOINT_URL"] == ENDPOINT
    assert "AWS_ENDPOINT_URL_CHIME_SDK_VOICE" not in after
    assert (after["AWS_ACCESS_KEY_ID"], after["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert after["AWS_REGION"] == after["AWS_DEFAULT_REGION"] == "us-east-1"
    assert after["PATH"].endswith(":/usr/bin:/bin")
    assert {name for name in before if name.startswith("AWS_")}.isdisjoint(after)


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_again_changes_nothing(tmp_path: Path, shell: str) -> None:
    """Sourcing it once more, in the same shell or in one that this one starts, changes nothing."""
    script = script_of(tmp_path)
    again = f". {script}; env -u _ -u SHLVL >once; . {script}; env -u _ -u SHLVL >twice"
    nested = f"{shell} -euc '. {script}; env -u _ -u SHLVL >nested'"
    subprocess.run(
        [shell, "-euc", f"{again}; {nested}"],
        env={"PATH": "/usr/bin:/bin", "NO_PROXY": "example.com"},
        cwd=tmp_path,
        check=True,
    )
    once = (tmp_path / "once").read_text()
    assert "NO_PROXY=127.0.0.1,localhost,example.com\n" in once
    assert (tmp_path / "twice").read_text() == (tmp_path / "nested").read_text() == once


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("active", [True, False])
def test_active_environment_stays_first(tmp_path: Path, shell: str, *, active: bool) -> None:
    """The Python of one's own app stays first in PATH; without one, the cloud's is."""
    script = script_of(tmp_path)
    own = tmp_path / "own" / "bin"
    own.mkdir(parents=True)
    (own / "python").touch(mode=0o755)
    before = {"PATH": f"{own}:/usr/bin:/bin", "VIRTUAL_ENV": str(own.parent) if active else ""}
    done = subprocess.run(
        [shell, "-euc", f". {script}; . {script}; command -v python; command -v cdk; echo $PATH"],
        env=before,
        capture_output=True,
        text=True,
        check=True,
    )
    python, cdk, path = done.stdout.split()
    assert Path(python).parent == (own if active else Path(sys.executable).parent)
    assert cdk
    assert path.count("node_modules") == 1


def test_cli_of_a_folder_above_is_found(tmp_path: Path) -> None:
    """Npm installs beside the nearest package.json, which may be in a folder above the app's."""
    own, above = (folder / "node_modules" / ".bin" for folder in (tmp_path / "app", tmp_path))
    for commands in (above, own):
        commands.mkdir(parents=True)
    (above / "cdk").touch()
    assert Folder(tmp_path / "app" / ".local").npm_commands == above
    (own / "cdk").touch()
    assert Folder(tmp_path / "app" / ".local").npm_commands == own


def test_caches_of_a_checkout_need_no_home(tmp_path: Path) -> None:
    """CDK needs no home to write to; what it unpacks and compiles is still there after the cloud."""
    variables = cloud_variables(Folder(tmp_path / ".local"), ENDPOINT)
    assert Path(variables["CDK_HOME"]).is_relative_to(tmp_path / ".local")
    for cache in ("JSII_RUNTIME_PACKAGE_CACHE_ROOT", "NODE_COMPILE_CACHE"):
        assert Path(variables[cache]).is_relative_to(sys.prefix)


def test_functions_are_built_alike_by_make_and_by_hand(tmp_path: Path) -> None:
    """Commands in a shell of the cloud build a checkout's functions as `make local` does."""
    assert cloud_variables(Folder(tmp_path / ".local"), ENDPOINT)["BUNDLE_BYTECODE"] == "no"


def test_proxy_is_not_asked_for_the_cloud(tmp_path: Path) -> None:
    """A proxy that the user needs elsewhere is not asked for the local cloud."""
    inherited = {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"}
    environment = tool_environment(Folder(tmp_path), ENDPOINT, inherited)
    assert environment["HTTP_PROXY"] == "http://proxy:3128"
    assert environment["NO_PROXY"] == "127.0.0.1,localhost,example.com"


def test_tools_get_no_account(tmp_path: Path) -> None:
    """No AWS setting of the caller reaches a tool."""
    inherited = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL_S3": "https://s3.example.com"}
    environment = tool_environment(Folder(tmp_path), ENDPOINT, inherited)
    assert environment.keys().isdisjoint(inherited)
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT


def test_server_gets_no_secret(tmp_path: Path) -> None:
    """The cloud's process, and so every function, has an environment of its own."""
    environment = server_environment(4711, tmp_path)
    assert environment["AUTH"] == "true"
    assert environment["HOME"] == environment["TMPDIR"] == str(tmp_path)
    assert not [name for name in environment if "KEY" in name or "TOKEN" in name]
