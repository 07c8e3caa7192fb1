"""The record of a checkout's cloud."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from local.folder import ROOT, Folder

_PORTS = 65536
_SOURCES = ("local", "lambda/chime_proxy_service")
_REQUIREMENTS = "requirements.txt"


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


def source_digest(root: Path = ROOT) -> str:
    """Return a digest of all the cloud's files. If it differs, the cloud needs a restart.

    Args:
        root: the checkout.
    """
    digest = hashlib.sha256()
    for file in _source_files(root):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def _source_files(root: Path) -> list[Path]:
    files = [file for folder in _SOURCES for file in (root / folder).rglob("*")]
    sources = [file for file in files if file.is_file() and "__pycache__" not in file.parts]
    return sorted([*sources, root / _REQUIREMENTS])
