"""A user's app with the installed wheel, on a machine that does all it can to get in the way."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

# Prints every process that is started and every address that is connected to.
APP = """
import sys
sys.addaudithook(
    lambda name, details: print(name, details[0] if name == "subprocess.Popen" else details[1])
    if name in ("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system", "socket.connect")
    else None
)
import aws_cdk as cdk
import chime_proxy

app = cdk.App()
chime_proxy.ProxySessionProvider(cdk.Stack(app, "Calls"), "Provider", endpoint_url="https://a.example")
app.synth()
"""
PYPROJECT = """
[tool.uv]
override-dependencies = ["aws-lambda-powertools==3.20.0", "crhelper==2.0.10"]
exclude-newer = "2020-01-01T00:00:00Z"
no-index = true
"""


@dataclass(frozen=True)
class Synthesis:
    """What a synthesis left, and what it did."""

    assembly: Path
    actions: list[str]


@pytest.fixture(scope="module")
def synthesis(
    installed: Path, dependencies: Path, tmp_path_factory: pytest.TempPathFactory
) -> Synthesis:
    """A synthesis with umask 077, no index, no installer, and packages that nobody may write."""
    folder, site = tmp_path_factory.mktemp("app"), tmp_path_factory.mktemp("site") / "packages"
    shutil.copytree(installed, site)
    for path in site.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "constraint.txt").write_text("aws-lambda-powertools==3.20.0\n")
    (folder / "pip.conf").write_text("[global]\nuser = true\nno-index = true\n")
    node = shutil.which("node")
    assert node
    (folder / "bin").mkdir()
    # By a link alone the tools beside it would be found, too.
    (folder / "bin" / "node").write_text(f'#!/bin/sh\nexec "{node}" "$@"\n')
    (folder / "bin" / "node").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-S", "-c", APP],
        cwd=folder,
        env={
            "PATH": str(folder / "bin"),
            "PYTHONPATH": os.pathsep.join(map(str, (site, dependencies))),
            "CDK_OUTDIR": str(folder / "cdk.out"),
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "PIP_CONFIG_FILE": str(folder / "pip.conf"),
            "PIP_CONSTRAINT": str(folder / "constraint.txt"),
            "PIP_DRY_RUN": "1",
            "PIP_REQUIRE_HASHES": "1",
            "PIP_USER": "1",
            "UV_CONSTRAINT": str(folder / "constraint.txt"),
            "UV_OFFLINE": "1",
        },
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Synthesis(folder / "cdk.out", done.stdout.splitlines())


def test_asset_is_the_tested_zip_whatever_the_surroundings(
    synthesis: Synthesis, code: Path
) -> None:
    """Nothing of the user's machine or project changes a byte of what is deployed."""
    (asset,) = synthesis.assembly.glob("asset.*")

    assert asset.read_bytes() == code.read_bytes()


def test_synthesis_starts_no_process_but_cdks_own(synthesis: Synthesis) -> None:
    """CDK's Node is all that is started; no installer, no connection."""
    started = [action for action in synthesis.actions if not action.startswith("os.posix_spawn")]

    assert len(started) == 1
    assert started[0].startswith("subprocess.Popen node") or "node" in started[0]


def test_owner_can_delete_what_a_synthesis_leaves(synthesis: Synthesis) -> None:
    """From packages that nobody may write come files and folders that their owner may."""
    folders = [path for path in synthesis.assembly.rglob("*") if path.is_dir()]

    assert [
        path for path in (synthesis.assembly, *folders) if not path.stat().st_mode & 0o200
    ] == []
