"""The tests that testing.md shows to its readers pass, and fail when they should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.page import Page
from tests.folders import ROOT

PAGE = Page(ROOT / "docs" / "testing.md")
HEADER = re.compile(r"# (\w+\.py)\n")


def run(project: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the output of pytest in the folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the page."""
    folder = tmp_path_factory.mktemp("project")
    for block in PAGE.blocks():
        found = HEADER.match(block.code)
        assert found
        (folder / found[1]).write_text(block.code, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first_run(project: Path) -> tuple[int, str]:
    """The exit code and the output of the first run, which writes the snapshots."""
    return run(project)


def test_files_of_the_page_pass(first_run: tuple[int, str]) -> None:
    """All tests of the page pass in a folder of their own."""
    code, printed = first_run

    assert code == 0, printed
    assert "8 passed" in printed


@pytest.mark.usefixtures("first_run")
def test_snapshot_tells_an_upgrade_from_a_change(project: Path) -> None:
    """Another hash of an asset changes nothing; another expiry fails the test of the sessions."""
    snapshots = [path.read_text("utf-8") for path in (project / "snapshots").iterdir()]
    assert re.search(r'"S3Key": "ASSET', "".join(snapshots))
    assert not re.search(r"[0-9a-f]{64}", "".join(snapshots))

    stack = project / "rides.py"
    before = stack.read_text("utf-8")
    stack.write_text(before.replace("minutes(30)", "minutes(31)"), "utf-8")
    code, printed = run(project, "test_snapshot.py")
    stack.write_text(before, "utf-8")

    assert code == 1
    assert "FAILED test_snapshot.py::test_sessions_are_as_before" in printed
    assert "1 failed, 1 passed" in printed
