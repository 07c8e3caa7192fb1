import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from chime_proxy._deployed.session import DeclaredSession
from chime_proxy._drift.comparison import compared, not_checked
from chime_proxy._drift.report import exit_code, table
from chime_proxy._sessions_file.document import read_sessions

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "gitops.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "gitops"
ACTUAL = {
    "Status": "Open",
    "Participants": [
        {"PhoneNumber": "+14015550101", "ProxyPhoneNumber": "+12065550199"},
        {"PhoneNumber": "+12065550109", "ProxyPhoneNumber": "+12065550199"},
    ],
    "Capabilities": ["SMS"],
}


def blocks(language: str) -> list[str]:
    """The guide's blocks in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the guide's first sessions file."""
    (tmp_path / "sessions.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_is_tested() -> None:
    """There are as many blocks as the tests below take."""
    counts = {language: len(blocks(language)) for language in ("yaml", "python", "sh", "text")}

    assert counts == {"yaml": 3, "python": 2, "sh": 2, "text": 2}
    assert GUIDE.count("```") == 2 * sum(counts.values())


def test_links_lead_to_files() -> None:
    """Every file that the guide links to is there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", GUIDE)

    assert targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []


@pytest.mark.parametrize(("place", "keys"), [(0, ["ride-1001", "ride-1002"]), (1, ["ride-1003"])])
def test_sessions_files_are_good(folder: Path, place: int, keys: list[str]) -> None:
    """The sessions files are good."""
    file = folder / "sessions.yaml"
    file.write_text(blocks("yaml")[place], encoding="utf-8")

    assert list(read_sessions(file)) == keys


def test_bad_file_has_the_faults_below_it(folder: Path) -> None:
    """The bad file has the faults that stand below it."""
    file = folder / "sessions.yaml"
    file.write_text(blocks("yaml")[2], encoding="utf-8")

    with pytest.raises(ValueError, match="is not a valid sessions file:") as raised:
        read_sessions(file.relative_to(folder))
    assert f"{raised.value}\n" == blocks("text")[0]


@pytest.mark.parametrize(("place", "stacks"), [(0, 1), (1, 8)])
def test_apps_of_the_guide_synthesize(folder: Path, place: int, stacks: int) -> None:
    """Each app is whole and synthesizes, without a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", blocks("python")[place]],
        env={
            **os.environ,
            "CDK_OUTDIR": str(folder / "cdk.out"),
            "CDK_CONTEXT_JSON": '{"aws:cdk:bundling-stacks": []}',
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert len([*(folder / "cdk.out").glob("*.template.json")]) == stacks


def test_schema_command_writes_the_examples_schema(folder: Path) -> None:
    """The command writes the schema that the example has."""
    subprocess.run(["bash", "-ec", blocks("sh")[0]], check=True)  # noqa: S607 - the PATH is ours

    schema = (folder / "sessions.schema.json").read_text(encoding="utf-8")
    assert schema == (EXAMPLE / "sessions.schema.json").read_text(encoding="utf-8")


def test_drift_command_is_the_workflows() -> None:
    """The command is the workflow's, which the local cloud runs."""
    file = EXAMPLE / ".github" / "workflows" / "drift.yml"
    steps = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]["drift"]["steps"]

    assert blocks("sh")[1].strip() in [step.get("run") for step in steps]


def test_drift_table_is_the_commands() -> None:
    """The table is what the command prints of such sessions."""
    shown = blocks("text")[1]
    keys = re.findall(r"^  (\S+)", shown, re.MULTILINE)
    numbers = {"ParticipantPhoneNumbers": ["+14015550101", "+12065550100"]}
    properties: list[dict[str, Any]] = [
        {"Capabilities": ["SMS"]},
        {"Capabilities": ["Voice", "SMS"], **numbers},
        {"ParticipantPhoneNumbers": [{"ParameterName": "/drivers/7"}]},
        {},
        {},
    ]
    declared = [
        DeclaredSession(
            logical_id=f"Sessions{key.replace('-', '')}",
            construct_id=key,
            physical_id="x/y",
            properties=own,
            endpoint=None,
        )
        for key, own in zip(keys, properties, strict=True)
    ]
    closed = {
        **ACTUAL,
        "Status": "Closed",
        "EndedTimestamp": datetime(2026, 11, 22, 1, tzinfo=UTC),
    }
    drifts = [
        compared(declared[0], ACTUAL),
        compared(declared[1], ACTUAL),
        compared(declared[2], closed),
        compared(declared[3], None),
        not_checked(declared[4], "ForbiddenException"),
    ]

    assert f"{table('Rides0', drifts)}\n" == shown
    assert exit_code(drifts) == 2
