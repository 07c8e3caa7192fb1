"""The files that a bundle is made of, and their digest."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_KINDS = (".json", ".py")


def copy_provider(root: Path, target: Path) -> None:
    """Copy the package `chime_proxy_provider` without bytecode and an editor's leftovers."""
    package = root / "lambda" / "chime_proxy_provider"
    for file in _files(package, _KINDS):
        copy = target / file.relative_to(package.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def digest(root: Path) -> str:
    """The SHA-256 of the provider's sources, the pins and this tool."""
    result = sha256()
    for file in _inputs(root):
        content = file.read_bytes()
        result.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
        result.update(content)
    return result.hexdigest()


def requirements(root: Path) -> Path:
    """The pins."""
    return root / "lambda" / "requirements.txt"


def _inputs(root: Path) -> Iterator[Path]:
    yield from _files(root / "lambda" / "chime_proxy_provider", _KINDS)
    yield from _files(root / "tools" / "bundle", (".mjs", ".py"))
    yield requirements(root)


def _files(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in kinds)
