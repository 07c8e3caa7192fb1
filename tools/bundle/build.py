"""Builds the zips of the functions' code if they are missing or their sources have changed."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
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

_FOLDER = ".bundle"
_WITHOUT_BYTECODE = "no bytecode"


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
        return self.root / _FOLDER

    @property
    def code(self) -> Path:
        """The zip."""
        return self.folder / f"{self.function.name}.zip"

    @property
    def stamp(self) -> Path:
        """The file with the digest of the zip's sources, the compiler, and the zip's own digest."""
        return self.folder / f"{self.function.name}-built-from"


def ensure_all(
    root: Path, functions: Sequence[Function] = FUNCTIONS, *, bytecode: bool = True
) -> list[Bundle]:
    """Return the bundles of a checkout. Builds first those that are missing or older than their sources.

    Two builds at the same moment do not disturb each other: they make the same files, or, if one is
    without bytecode and the files got mixed, the next build notices.

    Args:
        root: the checkout.
        functions: Default: all.
        bytecode: False leaves it out: built in seconds less, slower to start on Lambda. Default: True.

    Raises:
        BundleError: one cannot be built.
    """
    python = LambdaPython.find(root) if bytecode else None
    sources = {Bundle(root, function): function.digest(root) for function in functions}
    outdated = {
        bundle: digest
        for bundle, digest in sources.items()
        if not _is_current(bundle, digest, python)
    }
    for bundle in outdated:
        name = bundle.function.name
        _say(f"Building the {name}'s code from the present sources ...")
    if outdated and bytecode and not python:
        _say("It has no bytecode and starts slower: Node or npm's pyodide is not installed.")
    if outdated:
        _build(root, outdated, python)
    return list(sources)


def ensure(root: Path, function: Function) -> Bundle:
    """Return the bundle of one function; see `ensure_all`."""
    (bundle,) = ensure_all(root, [function])
    return bundle


def _is_current(bundle: Bundle, sources: str, python: LambdaPython | None) -> bool:
    if not (bundle.code.is_file() and bundle.stamp.is_file()):
        return False
    stamp = bundle.stamp.read_text(encoding="utf-8").splitlines()
    if stamp[:1] != [sources] or stamp[2:] != [_digest(bundle.code)]:
        return False
    # A zip that came with bytecode is no worse where there is no compiler.
    return python is None or stamp[1] == _compiler(python)


def _digest(code: Path) -> str:
    return sha256(code.read_bytes()).hexdigest()


def _compiler(python: LambdaPython | None) -> str:
    return f"pyodide {python.version}" if python else _WITHOUT_BYTECODE


def _build(root: Path, outdated: Mapping[Bundle, str], python: LambdaPython | None) -> None:
    folder = root / _FOLDER
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        tasks, zips = Path(scratch, "tasks"), Path(scratch, "zips")
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(_assemble, tasks), outdated))
        zips.mkdir()
        if python:
            _compile(python, tasks, zips)
        else:
            _archive(tasks, zips)
        for bundle, sources in outdated.items():
            _put(bundle, zips, f"{sources}\n{_compiler(python)}\n")


def _assemble(tasks: Path, bundle: Bundle) -> None:
    """Make the folder with a function's files, as Lambda unpacks them."""
    task = tasks / bundle.function.name
    shutil.copytree(_packages(bundle), task)
    for folder in bundle.function.unused:
        shutil.rmtree(task / folder)
    bundle.function.copy(bundle.root, task)
    imports.check(task, bundle.function.handler)


def _compile(python: LambdaPython, tasks: Path, zips: Path) -> None:
    script = Path(__file__).with_name("compilation.py")
    folders = {"/tasks": tasks, "/zips": zips, "/checkout/tools/bundle": script.parent}
    # All in one process: its start takes longer than a function's code.
    done = python.run(script, folders)
    if done.returncode:
        msg = f"the functions' code could not be compiled:\n{done.stderr.strip()}"
        raise BundleError(msg)


def _archive(tasks: Path, zips: Path) -> None:
    for task in tasks.iterdir():
        (zips / f"{task.name}.zip").write_bytes(archive(task))


def _put(bundle: Bundle, zips: Path, origin: str) -> None:
    built = zips / bundle.code.name
    stamp = f"{origin}{_digest(built)}\n"
    built.chmod(0o644)
    built.replace(bundle.code)
    (zips / bundle.stamp.name).write_text(stamp, encoding="utf-8")
    (zips / bundle.stamp.name).replace(bundle.stamp)


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
