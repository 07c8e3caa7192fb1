import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.folders import ROOT

FOLDER = ROOT / ".github" / "workflows"
TEST, RELEASE = (
    yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))["jobs"]
    for name in ("test", "release")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TAG = f"v{PROJECT['version']}"
READ = {"contents": "read"}


def steps(*jobs: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of some jobs."""
    return [step for job in jobs for step in job.get("steps", ())]


def actions(job: dict[str, Any]) -> list[str]:
    """The names of the actions that a job uses."""
    return [step["uses"].partition("@")[0] for step in steps(job) if "uses" in step]


def before(name: str) -> set[str]:
    """The jobs of a release that have succeeded before a job begins."""
    needs = RELEASE[name].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*map(before, direct))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose changelog has the day of the release."""
    (tmp_path / "tools").mkdir()
    for name in ("pyproject.toml", "CHANGELOG.md", "tools/release_notes.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    changelog = tmp_path / "CHANGELOG.md"
    dated = re.sub(
        rf"(?m)^## {PROJECT['version']} - .*$",
        rf"## {TAG[1:]} - 2026-12-24",
        changelog.read_text("utf-8"),
    )
    changelog.write_text(dated, encoding="utf-8")
    return tmp_path


def write_notes(checkout: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Run the release's first step."""
    (script,) = [
        step["run"] for step in steps(RELEASE["build"]) if "notes.md" in step.get("run", "")
    ]
    return subprocess.run(
        ["bash", "-e", "-c", f"export GITHUB_REF_NAME={tag}\n{script}"],  # noqa: S607 - the PATH is ours
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


def test_pythons_are_those_of_the_package() -> None:
    """The tests run on each Python that the package says it supports, from the oldest on."""
    pythons = TEST["test"]["strategy"]["matrix"]["python"]
    named = "\n".join(PROJECT["classifiers"])

    assert pythons == re.findall(
        r"^Programming Language :: Python :: (3\.\d+)$", named, re.MULTILINE
    )
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert (
        TEST["check"]["env"]["PYTHON"]
        == RELEASE["build"]["env"]["PYTHON"]
        == f"python{pythons[-1]}"
    )


def test_make_uses_the_python_that_was_set_up() -> None:
    """Each job sets up the Python that `make` is told to use."""
    for job in (TEST["test"], TEST["check"], RELEASE["build"]):
        (version,) = [
            step["with"]["python-version"]
            for step in steps(job)
            if "python-version" in step.get("with", {})
        ]
        assert job["env"]["PYTHON"] == f"python{version}"


def test_make_knows_every_target() -> None:
    """Make knows what to do for each target that a step names."""
    scripts = [step["run"] for step in steps(*TEST.values(), *RELEASE.values()) if "run" in step]
    targets = [
        words.split() for words in re.findall(r"^make (.+)$", "\n".join(scripts), re.MULTILINE)
    ]

    assert targets == [["test"], ["check"], ["wheel", "template"]]
    for names in targets:
        command = ["make", "--dry-run", *names]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def test_jobs_have_the_least_token() -> None:
    """One job may sign, one publish on PyPI, one write the release; the others only read."""
    assert {name: job["permissions"] for name, job in (TEST | RELEASE).items()} == {
        "test": READ,
        "check": READ,
        "build": READ,
        "attest": {"attestations": "write", "id-token": "write"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }


def test_jobs_with_permission_run_no_code_of_the_checkout() -> None:
    """A job that may sign or publish has no checkout: it takes the files that were built."""
    for name in ("attest", "publish", "release"):
        assert "actions/checkout" not in actions(RELEASE[name])
        assert actions(RELEASE[name])[0] == "actions/download-artifact"


def test_nothing_is_published_before_its_tests_and_provenance() -> None:
    """The tests pass and the provenance is there before anything is published."""
    assert RELEASE["test"]["uses"] == "./.github/workflows/test.yml"
    assert before("publish") == {"test", "build", "attest"}
    assert before("release") == {"test", "build", "attest", "publish"}


def test_packages_are_published_without_a_password() -> None:
    """PyPI knows the job by its environment and its identity: there is no secret."""
    assert RELEASE["publish"]["environment"] == "pypi"
    assert "secrets." not in "".join(path.read_text("utf-8") for path in FOLDER.glob("*.yml"))


def test_release_has_all_files_that_were_built() -> None:
    """Provenance and release are of the packages and the templates; PyPI has the packages alone."""
    taken = {
        name: [
            step["with"]["name"] for step in steps(RELEASE[name]) if "name" in step.get("with", {})
        ]
        for name in ("build", "attest", "publish", "release")
    }

    assert taken == {
        "build": ["packages", "templates", "notes"],
        "attest": ["packages", "templates"],
        "publish": ["packages"],
        "release": ["packages", "templates", "notes"],
    }


def test_notes_are_the_section_of_the_changelog(checkout: Path) -> None:
    """The notes are the version's section of the changelog, with the links as words."""
    done = write_notes(checkout, TAG)

    notes = (checkout / "notes.md").read_text(encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert notes.startswith("### ")
    assert "\n## " not in notes
    assert "](docs/" not in notes


def test_tag_of_another_version_is_refused(checkout: Path) -> None:
    """A tag that is not the version ends the release, and says which version it is."""
    done = write_notes(checkout, "v9.9.9")

    assert done.returncode == 1
    assert f"the tag is v9.9.9, the version in pyproject.toml {TAG[1:]}" in done.stderr


def test_version_without_a_date_is_refused(checkout: Path) -> None:
    """A version whose section of the changelog has no date is not released."""
    changelog = checkout / "CHANGELOG.md"
    text = changelog.read_text("utf-8").replace("2026-12-24", "unreleased")
    changelog.write_text(text, encoding="utf-8")

    done = write_notes(checkout, TAG)

    assert done.returncode == 1
    assert "write the day of the release" in done.stderr
