"""Builds the zips of the functions' code if they are missing or their sources have changed."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from tools.bundle import imports, packages
from tools.bundle.archive import archive
from tools.bundle.errors import BundleError
from tools.bundle.lambda_python import VERSION, LambdaPython
from tools.bundle.sources import FUNCTIONS, Function

_WITHOUT_BYTECODE = "no bytecode"
# As `compilation` names it.
_ZIP = "code.zip"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The zip of a function's code in a checkout.

    Args:
        root: the checkout.
        function: the function.
    """

    root: Path
    function: Function

    @property
    def folder(self) -> Path:
        """The folder of the zip and its stamp."""
        return self.root / ".bundle"

    @property
    def code(self) -> Path:
        """The zip."""
        return self.folder / f"{self.function.name}.zip"

    @property
    def stamp(self) -> Path:
        """The file with the digest of the sources that the zip was built from."""
        return self.folder / f"{self.function.name}-built-from"


def ensure_all(root: Path, functions: Sequence[Function] = FUNCTIONS) -> list[Bundle]:
    """Return the bundles of functions, built at the same time; see `ensure`.

    Args:
        root: the checkout.
        functions: Default: all.
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(partial(ensure, root), functions))


def ensure(root: Path, function: Function) -> Bundle:
    """Return the bundle of a checkout. Builds it first if it is missing or its sources have changed.

    Two builds at the same moment do not disturb each other: both make the same files.

    Raises:
        BundleError: it cannot be built.
    """
    bundle, sources = Bundle(root, function), function.digest(root)
    python = LambdaPython.find(root)
    if not _is_current(bundle, sources, python):
        _say(f"Building the {function.name}'s code, since there is none of the present sources ...")
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
        for folder in bundle.function.unused:
            shutil.rmtree(task / folder)
        bundle.function.copy(bundle.root, task)
        imports.check(task, bundle.function.handler)
        out.mkdir()
        code = out / _ZIP
        if python:
            _compile(python, task, out)
        else:
            code.write_bytes(archive(task))
        code.chmod(0o644)
        code.replace(bundle.code)
        (out / bundle.stamp.name).write_text(f"{sources}\n{_compiler(python)}\n", "utf-8")
        (out / bundle.stamp.name).replace(bundle.stamp)


def _compile(python: LambdaPython, task: Path, out: Path) -> None:
    script = Path(__file__).with_name("compilation.py")
    folders = {"/var/task": task, "/out": out, "/checkout/tools/bundle": script.parent}
    done = python.run(script, folders)
    if done.returncode:
        msg = f"the function's code could not be compiled:\n{done.stderr.strip()}"
        raise BundleError(msg)


def _packages(bundle: Bundle) -> Path:
    """The folder of the pinned packages, kept until the pins change."""
    pinned = bundle.function.requirements(bundle.root)
    name = bundle.function.name
    folder = bundle.folder / f"{name}-packages-{sha256(pinned.read_bytes()).hexdigest()[:16]}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=bundle.folder) as scratch:
            packages.install(pinned, Path(scratch, "packages"), VERSION)
            _move(Path(scratch, "packages"), folder)
        for earlier in {*bundle.folder.glob(f"{name}-packages-*")} - {folder}:
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
