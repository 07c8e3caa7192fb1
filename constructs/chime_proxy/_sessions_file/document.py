"""Read and check a sessions file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from chime_proxy._sessions_file.validation import session_problems
from chime_proxy._sessions_file.yaml_document import Problem, read_document

Properties: TypeAlias = Mapping[str, Any]
"""A session's properties, under the resource's own names."""


def read_sessions(file: Path) -> dict[str, Properties]:
    """Read the sessions of a file by key, completed from `Defaults`.

    Raises:
        ValueError: every problem of the file, each on its own line.
        OSError: the file cannot be read.
    """
    try:
        document = read_document(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        # Python's own message shows bytes of the file, which may be a phone number's.
        raise ValueError(_message(file, [Problem(1, "is not text in UTF-8")])) from None
    if problems := session_problems(document):
        raise ValueError(_message(file, problems))
    defaults = document.value.get("Defaults", {})
    sessions: Mapping[str, Properties] = document.value["Sessions"]
    return {key: {**defaults, **properties} for key, properties in sessions.items()}


def _message(file: Path, problems: list[Problem]) -> str:
    lines = [f"{file}:{problem.line}: {problem.text}" for problem in problems]
    return "\n".join([f"{file} is not a valid sessions file:", *lines])
