"""Installs the pinned packages by pip, without the pip settings of the user's own projects."""

import ast
import os
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from tools.bundle.errors import BundleError

# The user may set the index: the hashes check what it delivers.
_OF_THE_INDEX = (
    "cache-dir",
    "cert",
    "client-cert",
    "extra-index-url",
    "find-links",
    "index-url",
    "keyring-provider",
    "no-index",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
)
# Wheels without machine code: the same for ARM and x86.
_PURE = ("--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any")
_LEFTOVERS = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")
_MACHINE_CODE = (".dll", ".dylib", ".exe", ".pyd", ".so")


def install(requirements: Path, target: Path, python_version: str) -> None:
    """Install the pins of a file into a folder.

    Args:
        requirements: exact versions with hashes.
        target: the folder, which this makes.
        python_version: of the Python that imports the packages, such as `3.14`.

    Raises:
        BundleError: pip is missing or failed, or a pinned package is not in the folder.

    """
    settings = _index_settings()
    _pip(
        "install",
        *("--require-hashes", "--no-deps", "--no-compile", "--quiet"),
        *(*_PURE, f"--python-version={python_version}"),
        *(f"--target={target}", f"--requirement={requirements}"),
        environment={**_without_pips_own(), **settings, "PIP_CONFIG_FILE": os.devnull},
    )
    shutil.rmtree(target / "bin", ignore_errors=True)
    for name in _LEFTOVERS:
        for file in target.glob(f"*.dist-info/{name}"):
            file.unlink()
    _check(requirements, target)


def _check(requirements: Path, target: Path) -> None:
    wanted = pins(requirements)
    found = {_pin(package) for package in distributions(path=[str(target)])}
    if wanted != found:
        msg = f"the bundle needs {sorted(wanted)}, and pip installed {sorted(found)}"
        raise BundleError(msg)
    compiled = [path.name for path in target.rglob("*") if path.suffix in _MACHINE_CODE]
    if compiled:
        msg = f"a package holds machine code, so it does not run on ARM and x86: {compiled}"
        raise BundleError(msg)


def pins(requirements: Path) -> set[str]:
    """The pins of a file, such as `crhelper==2.0.12`."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line[:1].isalpha()}


def _pin(package: Distribution) -> str:
    return f"{package.metadata['Name'].lower().replace('_', '-')}=={package.version}"


def _index_settings() -> dict[str, str]:
    """Return the user's settings of the package index, as environment variables."""
    lines = _pip("config", "list", environment=dict(os.environ)).splitlines()
    found = _settings_of_file(os.environ.get("PIP_CONFIG_FILE", os.devnull))
    for section in ("global", "install", ":env:"):
        for name in _OF_THE_INDEX:
            key = f"{section}.{name}="
            values = [line.removeprefix(key) for line in lines if line.startswith(key)]
            found |= {f"PIP_{_upper(name)}": str(ast.literal_eval(text)) for text in values}
    return found


def _settings_of_file(path: str) -> dict[str, str]:
    """Return those of PIP_CONFIG_FILE, which `pip config list` of older releases leaves out."""
    parser = RawConfigParser()
    parser.read(path, encoding="utf-8")
    known = [
        (name, parser[section][name])
        for section in ("global", "install")
        for name in _OF_THE_INDEX
        if parser.has_option(section, name)
    ]
    return {f"PIP_{_upper(name)}": text for name, text in known}


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


def _without_pips_own() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}


def _pip(*arguments: str, environment: dict[str, str]) -> str:
    if not find_spec("pip"):
        msg = f"building the provider's code needs pip: {sys.executable} -m ensurepip"
        raise BundleError(msg)
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = (
            f"pip {arguments[0]} failed while the provider's code was built:\n{done.stderr.strip()}"
        )
        raise BundleError(msg)
    return done.stdout
