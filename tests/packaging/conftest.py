"""Builds wheel and sdist once, and installs them out of the checkout's reach."""

import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tools.bundle.build import ensure
from tools.bundle.sources import PROVIDER

ROOT = Path(__file__).parents[2]
_FOLDERS = (".bundle", "constructs", "docs", "examples", "lambda", "local", "tools/bundle")
_FILES = ("pyproject.toml", "CHANGELOG.md", "LICENSE", "README.md", "app.py")
_RUNTIME_BRINGS = (
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)


@pytest.fixture(scope="session")
def code() -> Path:
    """The zip that the provider's function is made of."""
    return ensure(ROOT, PROVIDER).code


@pytest.fixture(scope="session")
def bundle(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in the zip, as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("bundle")
    shutil.unpack_archive(code, folder)
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's Python runtime brings beside the standard library."""
    folder = tmp_path_factory.mktemp("runtime")
    _link(_RUNTIME_BRINGS, folder)
    return folder


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive of the sources, and the wheel that is built from the archive."""
    source = tmp_path_factory.mktemp("source")
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    """The wheel."""
    (built,) = distributions.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel, as pip would leave it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.unpack_archive(wheel, folder, format="zip")
    return folder


@pytest.fixture(scope="session")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel says that it needs, extras excepted, and what that needs."""
    folder = tmp_path_factory.mktemp("dependencies")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    _link(set(_with_theirs(project["dependencies"])), folder)
    return folder


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what its extra `local` needs, and nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    shutil.unpack_archive(wheel, packages, format="zip")
    (metadata,) = packages.glob("*.dist-info")
    requirements = Distribution.at(metadata).requires or []
    _link(set(_with_theirs(requirements, "local")), packages)
    return folder


def _with_theirs(requirements: list[str], extra: str = "") -> Iterator[str]:
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement.name
            yield from _with_theirs(distribution(requirement.name).requires or [])


def _link(names: Iterable[str], folder: Path) -> None:
    for name in names:
        package = distribution(name)
        for top in {Path(file).parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            link = folder / top
            if not link.exists():
                link.symlink_to(Path(str(package.locate_file(top))))
