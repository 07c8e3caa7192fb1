"""The record of a folder's cloud."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from chime_proxy_local.command.toolchain import local_packages
from chime_proxy_local.folder import Folder

_PORTS = 65536
_PACKAGES = ("chime_proxy_local", "chime_proxy_service")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The cloud started last.

    Args:
        port: the cloud's port. The next cloud uses it again if it is free.
        sources: a digest of the cloud's code.
    """

    port: int
    sources: str


def read_state(folder: Folder) -> State | None:
    """Return the record; None if there is none or it cannot be read."""
    try:
        state = State(**json.loads(folder.state.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return state if state.port in range(1, _PORTS) else None


def write_state(folder: Folder, state: State) -> None:
    """Remember this cloud."""
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.state.write_text(json.dumps(asdict(state)))


def source_digest(packages: Iterable[Path] | None = None) -> str:
    """Return a digest of all the cloud's code. If it differs, the cloud needs a restart.

    Args:
        packages: folders. Default: the cloud's package and the service's.
    """
    digest = hashlib.sha256()
    for package in _folders() if packages is None else packages:
        for file in _files(package):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(package.parent)} {content}\n".encode())
    for name in local_packages():
        digest.update(f"{name} {version(name)}\n".encode())
    return digest.hexdigest()


def _folders() -> list[Path]:
    specs = map(find_spec, _PACKAGES)
    return [Path(spec.origin).parent for spec in specs if spec and spec.origin]


def _files(package: Path) -> list[Path]:
    files = package.rglob("*")
    return sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts)
