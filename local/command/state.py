"""What a checkout remembers of its cloud."""

import hashlib
import json
from dataclasses import asdict, dataclass

from local.folder import ROOT, Folder

_PORTS = 65536
_SOURCES = (
    "local/**/*.py",
    "local/console/static/*",
    "local/console/templates/*",
    "lambda/chime_proxy_service/**/*.py",
    "requirements.txt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The cloud that was started last.

    Args:
        port: where it is, and where the next one will be if the port is free then.
        sources: a digest of the code that it runs.
    """

    port: int
    sources: str


def read_state(folder: Folder) -> State | None:
    """Return what was written; None if there is nothing, or nothing that can be understood."""
    try:
        state = State(**json.loads(folder.state.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return state if state.port in range(1, _PORTS) else None


def write_state(folder: Folder, state: State) -> None:
    """Remember this cloud."""
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.state.write_text(json.dumps(asdict(state)))


def source_digest() -> str:
    """Return a digest of everything that a cloud is made of: another one needs a restart."""
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()
