import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "gitops"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yml"))


def parsed(workflow: Path) -> dict[str, Any]:
    """A workflow as data."""
    return dict(yaml.safe_load(workflow.read_text(encoding="utf-8")))


def subjects(role: str) -> list[str]:
    """The subjects that a role of roles.yaml trusts, with the default parameters filled in."""
    template = yaml.load((EXAMPLE / "roles.yaml").read_text("utf-8"), _Template)  # noqa: S506 - _Template is a safe loader
    (statement,) = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    trusted = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    return [
        re.sub(
            r"\$\{(\w+)\}", lambda name: str(template["Parameters"][name[1]]["Default"]), subject
        )
        for subject in ([trusted] if isinstance(trusted, str) else trusted)
    ]


class _Template(yaml.SafeLoader):
    """YAML whose short forms are read as their text."""


_Template.add_multi_constructor("!", lambda _loader, _name, node: node.value)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_jobs_have_the_least_token(workflow: Path) -> None:
    """No job has more of GitHub's token than it needs: only the plan may write, and comments."""
    content = parsed(workflow)
    least = {"contents": "read", "id-token": "write"}

    for name, job in content["jobs"].items():
        comment = {"pull-requests": "write"} if name == "plan" else {}
        assert job["permissions"] == {**least, **comment}


@pytest.mark.parametrize(
    ("role", "jobs"),
    [("Plan", ["pull_request", "ref:refs/heads/main"]), ("Deploy", ["environment:production"])],
)
def test_roles_trust_both_forms_of_subjects(role: str, jobs: list[str]) -> None:
    """A role trusts its jobs of the repository, with GitHub's ids in the subject or without."""
    forms = ("example/rides", "example@123456/rides@456789")

    assert sorted(subjects(role)) == sorted(f"repo:{form}:{job}" for form in forms for job in jobs)


def test_synthesis_comes_before_credentials() -> None:
    """A pull request's code is synthesized before the job has credentials."""
    steps = parsed(EXAMPLE / ".github" / "workflows" / "rides.yml")["jobs"]["plan"]["steps"]
    order = [step.get("name") or step["uses"].split("@")[0] for step in steps]

    credentials = order.index("aws-actions/configure-aws-credentials")
    assert order.index("Synthesize") < credentials < order.index("Plan")


def test_one_deployment_at_a_time() -> None:
    """Deployments share one concurrency group, and none is cut off."""
    jobs = parsed(EXAMPLE / ".github" / "workflows" / "rides.yml")["jobs"]

    assert jobs["deploy"]["concurrency"] == {"group": "rides", "cancel-in-progress": False}
    assert "concurrency" not in jobs["plan"]
