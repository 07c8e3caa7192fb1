import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for the Python that make is given, for the one in .venv, and for npm.
STAND_IN = """#!/bin/sh
case "$*" in
    *version_info*|*ensurepip*) ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/npm ;;
    "-m pip"*) echo '#!/no such/python' >.venv/bin/aws && chmod +x .venv/bin/aws ;;
    "-m chime_proxy local"*) env >local.env ;;
    ci*) mkdir node_modules ;;
    *) echo "$0 $*" ;;
esac
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A checkout in a folder with a space in its name, after `make local` without a download."""
    checkout = tmp_path / "my café co" / "repo"
    (checkout / "lambda").mkdir(parents=True)
    for name in ("Makefile", "package.json", "package-lock.json", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    names = ("requirements", "service-requirements", "twiml-requirements")
    for name in ("requirements.txt", *(f"lambda/{one}.txt" for one in names)):
        shutil.copy(ROOT / name, checkout / name)
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    run("make", "local", f"PYTHON={python}", folder=checkout, PYTHONDONTWRITEBYTECODE="1")
    return checkout


def run(*command: str, folder: Path, **environment: str) -> str:
    """What a command prints that is started without a home."""
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def test_aws_runs_from_any_folder(made: Path, tmp_path: Path) -> None:
    """The AWS CLI starts from any folder, whatever the name of the checkout's folder."""
    commands = made / ".venv" / "bin"
    printed = run(str(commands / "aws"), "sts", "a b", folder=tmp_path)
    assert printed == f"{commands / 'python'} -m awscli sts a b\n"


def test_caches_are_below_the_checkout(made: Path) -> None:
    """What pip, npm and CDK keep is below the checkout: no home has to be writable."""
    given = (made / "local.env").read_text().splitlines()
    assert f"PIP_CACHE_DIR={made}/.venv/cache/pip" in given
    assert f"JSII_RUNTIME_PACKAGE_CACHE_ROOT={made}/.venv/cache/jsii" in given
    assert run("npm", "config", "get", "cache", folder=ROOT) == f"{ROOT}/.venv/cache/npm\n"


def test_bytecode_is_kept(made: Path) -> None:
    """Bytecode is kept for the next start, even where PYTHONDONTWRITEBYTECODE is set."""
    assert "PYTHONDONTWRITEBYTECODE" not in (made / "local.env").read_text()


def test_node_env_production_leaves_nothing_out() -> None:
    """Nothing that is needed is left out where NODE_ENV is production."""
    installed = json.loads(run("npm", "ls", "--json", folder=ROOT, NODE_ENV="production"))
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert installed["dependencies"].keys() == wanted.keys() > {"aws-cdk"}


def test_readme_names_every_target() -> None:
    """Each command of the README's last block is one that make knows what to do for."""
    block = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[-1]
    commands = re.findall(r"^make (\w+) +# \w", block, re.MULTILINE)

    assert len(commands) == len(block.splitlines())
    for target in commands:
        assert run("make", "--dry-run", target, folder=ROOT).strip()


def test_makefile_is_short() -> None:
    """The Makefile can be read at a glance."""
    assert len((ROOT / "Makefile").read_text("utf-8").splitlines()) <= 40
