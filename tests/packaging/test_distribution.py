"""What is uploaded: a wheel and an archive of the sources, as `make wheel` builds them."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from tools.website.__main__ import dead_links

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


@pytest.fixture(scope="module")
def metadata(distributions: Path) -> Message:
    """What the wheel says of itself."""
    (wheel,) = distributions.glob("*.whl")
    with ZipFile(wheel) as files:
        (name,) = [name for name in files.namelist() if name.endswith(".dist-info/METADATA")]
        return BytesParser().parsebytes(files.read(name))


@pytest.fixture(scope="module")
def unpacked(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the archive holds."""
    (archive,) = distributions.glob("*.tar.gz")
    out = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as files:
        # Pythons before 3.11.4 have no filters, and ask for none.
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(out)  # noqa: S202 - our own archive
    (folder,) = out.iterdir()
    return folder


def test_index_takes_both_files(distributions: Path) -> None:
    """The package index would take both files, and renders the description."""
    files = [str(path) for path in distributions.iterdir()]
    done = subprocess.run(
        [sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == len(files) == 2


def test_description_has_no_dead_link(metadata: Message, unpacked: Path) -> None:
    """On the index there is no link that leads nowhere: files are named, and are in the archive."""
    description = str(metadata.get_payload())
    links = re.findall(r"\]\(([^)]+)\)", description)
    files = set(re.findall(r"\]\((?!https?:)([^)#\s]+)", README))

    assert [link for link in links if not link.startswith("https://")] == []
    assert {
        "docs/library.md",
        "app.py",
        "lambda/chime_proxy_provider/proxy_session/schema.json",
    } <= files
    assert [name for name in files if f"`{name}`" not in description] == []
    assert [name for name in files if not (unpacked / name).is_file()] == []
    assert "<!--" not in description


def test_links_of_the_archive_lead_to_its_files(unpacked: Path) -> None:
    """Every link of the archive's pages leads to a file of the archive."""
    pages = [*unpacked.glob("*.md"), *(unpacked / "docs").glob("*.md")]

    assert len(pages) > 10
    assert {page.name: dead_links(page) for page in pages if dead_links(page)} == {}


def test_metadata_says_what_a_reader_looks_for(metadata: Message) -> None:
    """The index is told what a reader looks for, and no address that is not there."""
    for field in ("Summary", "Keywords", "License-Expression", "Requires-Python", "Classifier"):
        assert metadata[field]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_all("Project-URL") is None


def test_version_is_the_latest_of_the_changelog() -> None:
    """The version is the changelog's latest; only that one may have no date yet."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    latest, *earlier = [heading.partition(" - ") for heading in headings]

    assert latest[0] == project["version"]
    assert latest[2] == "unreleased" or DATE.fullmatch(latest[2])
    assert [version for version, _, date in earlier if not DATE.fullmatch(date)] == []


def test_example_pins_the_version() -> None:
    """The requirements of the GitOps example are of this version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "examples" / "gitops" / "requirements.txt").read_text("utf-8").splitlines()

    assert [line for line in lines if line.endswith(f"=={project['version']}")] == [
        f"cdk-chime-proxy[drift]=={project['version']}"
    ]


def test_first_command_of_the_readme_installs(unpacked: Path, tmp_path: Path) -> None:
    """The README's first command installs the package from the sources, here without a network."""
    command = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[0]
    assert command == "pip install .\n"

    subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=unpacked,
        env={
            **os.environ,
            # pip's own inversion: this switches the isolation off.
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PIP_TARGET": str(tmp_path),
        },
        check=True,
        capture_output=True,
    )

    assert (tmp_path / "chime_proxy" / "__init__.py").exists()
    assert (tmp_path / "chime_proxy_local" / "__init__.py").exists()
