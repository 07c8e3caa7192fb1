"""Builds the zip of the provider's code if it is missing or its sources have changed."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.bundle import imports, packages
from tools.bundle.archive import archive
from tools.bundle.errors import BundleError
from tools.bundle.lambda_python import VERSION, LambdaPython
from tools.bundle.sources import copy_provider, digest, requirements

_WITHOUT_BYTECODE = "no bytecode"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The provider's zip in a checkout.

    Args:
        root: the checkout.
    """

    root: Path

    @property
    def folder(self) -> Path:
        """The folder of the zip and its stamp."""
        return self.root / ".bundle"

    @property
    def code(self) -> Path:
        """The zip."""
        return self.folder / "provider.zip"

    @property
    def stamp(self) -> Path:
        """The file with the digest of the sources that the zip was built from."""
        return self.folder / "built-from"


def ensure(root: Path) -> Bundle:
    """Return the bundle of a checkout. Builds it first if it is missing or its sources have changed.

    Two builds at the same moment do not disturb each other: both make the same files.

    Raises:
        BundleError: it cannot be built.
    """
    bundle, sources, python = Bundle(root), digest(root), LambdaPython.find(root)
    if not _is_current(bundle, sources, python):
        _say("Building the provider's code, since there is none of the present sources ...")
        if not python:
            _say("It has no bytecode and starts slower: Node or npm's pyodide is not installed.")
        _build(bundle, sources, python)
    return bundle


def _is_current(bundle: Bundle, sources: str, python: LambdaPython | None) -> bool:
    if not (bundle.code.is_file() and bundle.stamp.is_file()):
        return False
    built_from, _, compiler = bundle.stamp.read_text(encoding="utf-8").partition("\n")
    # A zip that came with bytecode is no worse where there is no compiler.
    return built_from == sources and (python is None or compiler.strip() == _compiler(python))


def _compiler(python: LambdaPython | None) -> str:
    return f"pyodide {python.version}" if python else _WITHOUT_BYTECODE


def _build(bundle: Bundle, sources: str, python: LambdaPython | None) -> None:
    bundle.folder.mkdir(exist_ok=True)
    installed = _packages(bundle)
    with tempfile.TemporaryDirectory(dir=bundle.folder) as scratch:
        task, out = Path(scratch, "task"), Path(scratch, "out")
        shutil.copytree(installed, task)
        copy_provider(bundle.root, task)
        imports.check(task)
        out.mkdir()
        if python:
            _compile(python, task, out)
        else:
            (out / bundle.code.name).write_bytes(archive(task))
        (out / bundle.code.name).chmod(0o644)
        (out / bundle.code.name).replace(bundle.code)
        (out / bundle.stamp.name).write_text(f"{sources}\n{_compiler(python)}\n", "utf-8")
        (out / bundle.stamp.name).replace(bundle.stamp)


def _compile(python: LambdaPython, task: Path, out: Path) -> None:
    script = Path(__file__).with_name("compilation.py")
    folders = {"/var/task": task, "/out": out, "/checkout/tools/bundle": script.parent}
    done = python.run(script, folders)
    if done.returncode:
        msg = f"the provider's code could not be compiled:\n{done.stderr.strip()}"
        raise BundleError(msg)


def _packages(bundle: Bundle) -> Path:
    """The folder of the pinned packages, kept until the pins change."""
    pinned = requirements(bundle.root)
    folder = bundle.folder / f"packages-{sha256(pinned.read_bytes()).hexdigest()[:16]}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=bundle.folder) as scratch:
            packages.install(pinned, Path(scratch, "packages"), VERSION)
            _move(Path(scratch, "packages"), folder)
        for earlier in {*bundle.folder.glob("packages-*")} - {folder}:
            shutil.rmtree(earlier, ignore_errors=True)
    return folder


def _move(installed: Path, folder: Path) -> None:
    try:
        installed.replace(folder)
    except OSError:
        # Another build was faster.
        if not folder.is_dir():
            raise


def _say(line: str) -> None:
    sys.stderr.write(f"{line}{os.linesep}")
