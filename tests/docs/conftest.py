"""A copy of the project with its tools in place, in which pages of the documentation are run."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.set_up import SET_UP
from tests.folders import ROOT

from chime_proxy_local.command import process
from chime_proxy_local.daemon import OWNER
from chime_proxy_local.folder import Folder

_FILES = ("app.py", "cdk.json", *SET_UP)
_FOLDERS = (
    ".bundle",
    "examples",
    "lambda/chime_proxy_provider",
    "lambda/chime_proxy_service",
    "tools/bundle",
    "tools/template",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A checkout in which `make` finds everything installed, and whose cloud is stopped."""
    copy = tmp_path / "checkout"
    for folder in _FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder)
    for file in _FILES:
        (copy / file).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / file, copy / file)
    _link(Path(sys.prefix), copy / ".venv")
    _link(ROOT / "node_modules", copy / "node_modules")
    yield copy
    process.stop(Folder(copy / ".local"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a newcomer's shell has: a PATH and a home."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": os.environ["PATH"], OWNER: os.environ[OWNER]}


def _link(installed: Path, target: Path) -> None:
    """Give a folder of its own to what is newer than all that it is made from."""
    target.mkdir()
    for path in installed.iterdir():
        (target / path.name).symlink_to(path)
    for name in (".local", ".tests"):
        (target / name).unlink(missing_ok=True)
        (target / name).touch()
