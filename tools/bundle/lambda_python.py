"""Runs scripts on CPython 3.14, the Python of Lambda: npm's `pyodide`, in Node."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

VERSION = "3.14"
_PROGRAM = Path("tools", "bundle", "lambda_python.mjs")


@dataclass(frozen=True, slots=True)
class LambdaPython:
    """An installed pyodide.

    Args:
        root: the checkout with `node_modules/pyodide`.
        node: the command.
        version: pyodide's.
    """

    root: Path
    node: str
    version: str

    @classmethod
    def find(cls, root: Path) -> Self | None:
        """Return the pyodide of a checkout, None if Node or pyodide is not installed."""
        package = root / "node_modules" / "pyodide" / "package.json"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        node = shutil.which("node", path=path)
        if not node or not package.is_file():
            return None
        return cls(root, node, json.loads(package.read_text(encoding="utf-8"))["version"])

    def run(self, script: Path, folders: Mapping[str, Path]) -> subprocess.CompletedProcess[str]:
        """Run a script, with warnings as errors.

        Args:
            script: a file of Python.
            folders: folders of this machine by the path that the script sees.
        """
        mounts = json.dumps({inside: str(outside) for inside, outside in folders.items()})
        return subprocess.run(  # noqa: S603 - our own words
            [self.node, str(self.root / _PROGRAM), mounts, str(script)],
            env=_without_pythons_own(),
            capture_output=True,
            text=True,
            check=False,
        )


def _without_pythons_own() -> dict[str, str]:
    # `node` may be a script in Python, and a build's isolation would hide its package from it.
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
