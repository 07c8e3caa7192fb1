"""A sessions file, read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from chime_proxy._sessions_file.validation import session_faults
from chime_proxy._sessions_file.yaml_document import Fault, read_document

Properties: TypeAlias = Mapping[str, Any]
"""A session's properties, under the resource's own names."""


def read_sessions(file: Path) -> dict[str, Properties]:
    """The sessions of a file by key, with what they have from `Defaults`.

    Raises:
        ValueError: every fault of the file, a line each.
        OSError: the file cannot be read.
    """
    try:
        document = read_document(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        # The original shows bytes of the file.
        raise ValueError(_message(file, [Fault(1, "is not text in UTF-8")])) from None
    if faults := session_faults(document):
        raise ValueError(_message(file, faults))
    defaults = document.value.get("Defaults", {})
    sessions: Mapping[str, Properties] = document.value["Sessions"]
    return {key: {**defaults, **properties} for key, properties in sessions.items()}


def _message(file: Path, faults: list[Fault]) -> str:
    lines = [f"{file}:{fault.line}: {fault.text}" for fault in faults]
    return "\n".join([f"{file} does not say what sessions there are to be:", *lines])
