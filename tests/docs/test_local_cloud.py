import re
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.page import Page, lasting, run
from tests.folders import ROOT

from chime_proxy_local.command import process
from chime_proxy_local.faults.fault import EFFECTS
from chime_proxy_local.folder import Folder

PAGE = Page(ROOT / "docs" / "local-cloud.md")
INSTALL, *COMMANDS = PAGE.commands()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Path]:
    """A folder with the page's app, whose cloud is stopped afterwards."""
    folder = tmp_path / "app"
    folder.mkdir()
    code = {block.language: block.code for block in PAGE.blocks()}
    (folder / "app.py").write_text(code["python"])
    (folder / "cdk.json").write_text(code["json"])
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    yield folder
    process.stop(Folder(folder / ".local"))


def test_install_commands_name_what_there_is() -> None:
    """The extra and the package of the CDK CLI exist."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python, node = INSTALL.splitlines()

    assert python == f'pip install "{project["name"]}[local]"'
    assert "local" in project["optional-dependencies"]
    assert (
        ROOT / "node_modules" / node.removeprefix("npm install --prefix . ") / "bin" / "cdk"
    ).exists()


def test_commands_do_what_the_page_says(
    app: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Every command works, in the page's order, and prints what the page says it prints."""
    logs = tmp_path / "logs"
    logs.mkdir()
    # The page installs the command into a virtual environment, which is active.
    scripts = Path(sysconfig.get_path("scripts"))
    active = {"VIRTUAL_ENV": str(scripts.parent), "PATH": f"{scripts}:{environment['PATH']}"}
    page = tmp_path / "page.md"
    page.write_text(PAGE.path.read_text(encoding="utf-8").replace(INSTALL, ":\n"))

    done = run(Page(page), app, logs, {**environment, **active})

    assert done.returncode == 0, f"{COMMANDS[len(done.printed) - 2]}\n{done.errors}"
    printed = dict(zip(COMMANDS, done.printed[1:], strict=True))
    promises = list(PAGE.promises())
    assert len(promises) == 5
    for command, promised in promises:
        assert _lasting(printed[command]) == _lasting(promised), command


def _lasting(text: str) -> str:
    """Return a text without what is another one each time, the minutes that are left included."""
    return re.sub(r"\b\d+\+$", "…", lasting(text), flags=re.MULTILINE)


def test_faults_are_the_commands() -> None:
    """The page has every fault with its effect."""
    text = PAGE.path.read_text(encoding="utf-8")

    for kind, effect in EFFECTS.items():
        assert f"| `{kind}" in text
        assert f" | {effect} |\n" in text
