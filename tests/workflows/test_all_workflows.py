import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.folders import ROOT
from tests.workflows.linters import actionlint, schema_errors, zizmor

WORKFLOWS = [
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    *sorted((ROOT / "examples" / "gitops" / ".github" / "workflows").glob("*.yml")),
]
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OWN = "uses: ./.github/workflows/"
UNSAFE = """on: pull_request_target
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }}"
"""


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Path:
    """Each workflow of the project and of its example."""
    return Path(request.param)


def parsed(workflow: Path) -> dict[str, Any]:
    """A workflow as data."""
    return dict(yaml.safe_load(workflow.read_text(encoding="utf-8")))


def test_actionlint_finds_no_fault(workflow: Path, tmp_path: Path) -> None:
    """No fault is found by actionlint."""
    assert actionlint(workflow, tmp_path) == []


def test_actionlint_finds_an_unknown_name(workflow: Path, tmp_path: Path) -> None:
    """An expression with an unknown name is found by actionlint."""
    broken = Path(shutil.copy(workflow, tmp_path))
    text = broken.read_text(encoding="utf-8")
    broken.write_text(re.sub(r"\$\{\{ \w+\.", "${{ environment.", text), encoding="utf-8")
    (tmp_path / "scratch").mkdir()

    assert "undefined variable" in actionlint(broken, tmp_path / "scratch")[0]


def test_zizmor_finds_no_fault(workflow: Path) -> None:
    """No weakness is found by zizmor."""
    assert zizmor(workflow) == set()


def test_zizmor_finds_an_injection(tmp_path: Path) -> None:
    """A pull request's title in a script is found by zizmor, and credentials that are kept."""
    workflow = tmp_path / "greet.yml"
    workflow.write_text(UNSAFE, encoding="utf-8")

    assert zizmor(workflow) >= {"template-injection", "artipacked", "excessive-permissions"}


def test_workflow_fits_the_schema(workflow: Path) -> None:
    """The workflow fits the schema that editors know."""
    assert schema_errors(workflow, "github-workflows") == ""


def test_actions_are_pinned(workflow: Path) -> None:
    """Every action is a commit, with the version that it is said to be beside it."""
    lines = [line for line in workflow.read_text("utf-8").splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if OWN not in line and not PINNED.search(line)] == []


def test_same_action_is_the_same_commit() -> None:
    """No workflow has another version of an action than the others."""
    text = "\n".join(workflow.read_text("utf-8") for workflow in WORKFLOWS)
    commits = re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", text)

    assert len({name for name, _ in commits}) == len(set(commits))


def test_token_has_no_permission_by_default(workflow: Path) -> None:
    """The token has no permission but those that a job asks for, and each job says which."""
    content = parsed(workflow)

    assert content["permissions"] == {}
    assert [name for name, job in content["jobs"].items() if "permissions" not in job] == []
