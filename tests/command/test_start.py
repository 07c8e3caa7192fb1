"""The command's start. Modules are counted, since seconds depend on the machine."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

# Python stops the import of a module that is None.
RUN = """
import runpy, sys
sys.modules |= dict.fromkeys({hidden})
runpy.run_module("chime_proxy", run_name="__main__", alter_sys=True)
"""
CDK = ("aws_cdk", "constructs", "jsii")
POSIX = ("fcntl",)
EXTRAS = ("boto3", "botocore", "hypercorn", "jinja2", "ministack", "phonenumbers", "rich")


def run(
    *arguments: str, hidden: Sequence[str], folder: Path, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command without some modules and without Node."""
    return subprocess.run(
        [sys.executable, "-c", RUN.format(hidden=list(hidden)), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": "", "AWS_MAX_ATTEMPTS": "1"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command", ["", "sessions", "drift", "schema", "local", "local up", "local down", "local fault"]
)
def test_help_needs_no_extra(command: str, tmp_path: Path) -> None:
    """Help is there without CDK, Node, the SDK and the local cloud's packages, also in Windows."""
    done = run(*command.split(), "--help", hidden=(*CDK, *EXTRAS, *POSIX), folder=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


@pytest.mark.parametrize("command", ["sessions", "drift"])
def test_sessions_need_neither_cdk_nor_node(command: str, tmp_path: Path) -> None:
    """Commands that ask AWS load neither CDK nor the local cloud's packages."""
    local = [name for name in EXTRAS if name not in {"boto3", "botocore", "rich"}]

    done = run(command, "--stack", "Rides", hidden=(*CDK, *local, *POSIX), folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Could not connect to the endpoint URL" in done.stderr


def test_few_modules_are_loaded_to_start() -> None:
    """The start loads the command line and the standard library: no half of a second."""
    code = "import sys, chime_proxy.__main__; print(*{one.split('.')[0] for one in sys.modules})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split()) - set(sys.stdlib_module_names)
    ours = {"chime_proxy", "chime_proxy_local"}
    assert {one for one in loaded if not one.startswith("_")} <= {*ours, "click", "sitecustomize"}


@pytest.mark.parametrize("extra", [["boto3"], ["rich"]])
def test_missing_extra_is_named(extra: list[str], tmp_path: Path) -> None:
    """A command that lacks its extra says how to install it, in one line."""
    done = run("sessions", "--stack", "Rides", hidden=extra, folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("sessions needs boto3 and rich: pip install 'cdk-chime-proxy[drift]'\n")


def test_number_without_plus_sign_is_refused_without_being_repeated(tmp_path: Path) -> None:
    """A number from stdin that cannot be one is refused, and is not in the message."""
    done = run(
        "sessions",
        "--stack",
        "Rides",
        "--number",
        hidden=CDK,
        folder=tmp_path,
        typed="4015550101\n",
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "a plus sign" in done.stderr
    assert "4015550101" not in done.stderr


def test_number_is_no_argument(tmp_path: Path) -> None:
    """A number on the command line is refused: it would be in the shell's history."""
    done = run("sessions", "--stack", "Rides", "--number=+14015550101", hidden=CDK, folder=tmp_path)

    assert done.returncode == 2
    assert "does not take a value" in done.stderr
