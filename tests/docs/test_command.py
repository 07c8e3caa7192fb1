import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from tests.docs.page import Page
from tests.folders import ROOT

from chime_proxy._sessions.listing import ListedSession
from chime_proxy._sessions.report import as_json

PAGE = Page(ROOT / "docs" / "command.md")
TEXT = PAGE.path.read_text(encoding="utf-8")
*COMMANDS, COMPLETION = PAGE.commands()
PATH = f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script where the command is installed and no AWS answers."""
    command = ["bash", "-euc", script]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": PATH, "AWS_MAX_ATTEMPTS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command: str, tmp_path: Path) -> None:
    """Each command gets as far as asking AWS, which is not there."""
    (tmp_path / "number.txt").write_text("+14015550101\n")

    done = shell(command, tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Could not connect to the endpoint URL")


def test_json_is_the_commands() -> None:
    """The JSON is what the command prints of such a session."""
    (shown,) = [block.code for block in PAGE.blocks() if block.language == "json"]
    session = ListedSession(
        key="ride-1001",
        logical_id="Sessionsride1001B69AA551",
        physical_id="93d35810-dbfa-467c-9593-c481427140d7/c6b002df-b5b2-5cbd-975f-4181297a0872",
        status="Open",
        proxy_number="+12065550199",
        minutes_left=42,
    )

    assert json.loads(shown) == as_json("Rides0", [session])


def test_completion_is_set_up(tmp_path: Path) -> None:
    """After the line, bash completes the command."""
    done = shell(f"{COMPLETION}\ncomplete -p chime-proxy", tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("chime-proxy")


@pytest.mark.parametrize("subcommand", ["sessions", "drift"])
def test_help_has_the_exit_codes_and_permissions_of_the_page(
    subcommand: str, tmp_path: Path
) -> None:
    """The help of a subcommand names each exit code and permission that the page has for it."""
    shown = shell(f"chime-proxy {subcommand} --help", tmp_path).stdout
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{subcommand}` |")]
    codes = row.split("|")[3].split(";")

    assert [code.strip().partition(" ")[0] for code in codes] == ["0", "1", "2"]
    assert [code for code in codes if code.strip().partition(" ")[2] not in shown] == []
    for permission in (
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "execute-api:Invoke",
        "chime:GetProxySession",
        "lambda:GetFunctionConfiguration",
        "cloudformation:ListExports",
        "ssm:GetParameter",
    ):
        assert permission in shown
        assert f"`{permission}`" in TEXT
