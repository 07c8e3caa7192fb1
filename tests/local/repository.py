"""A repository like examples/gitops, with the machines that run its workflows."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.folders import ROOT

from chime_proxy_local.environment import tool_environment
from chime_proxy_local.folder import Folder

_EXAMPLE = ROOT / "examples" / "gitops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A copy of the example, whose workflows have a local cloud for an account.

    Args:
        path: where the copy is.
        folder: the cloud's.
        endpoint: the cloud's URL.
    """

    path: Path
    folder: Folder
    endpoint: str

    def check_out(self) -> None:
        """Copy the example, with what its step `Install` would install."""
        shutil.copytree(_EXAMPLE, self.path)
        (self.path / "node_modules").symlink_to(ROOT / "node_modules")

    def entries(self) -> set[str]:
        """Return the keys of sessions.yaml."""
        return set(yaml.safe_load((self.path / "sessions.yaml").read_text())["Sessions"])

    def edit(self, before: str, after: str) -> None:
        """Replace the one place of a text in sessions.yaml."""
        sessions = self.path / "sessions.yaml"
        text = sessions.read_text()
        assert text.count(before) == 1
        sessions.write_text(text.replace(before, after))

    def step(self, workflow: str, job: str, name: str) -> subprocess.CompletedProcess[str]:
        """Run the commands of a workflow's step, by the shell that GitHub runs them in."""
        file = self.path / ".github" / "workflows" / f"{workflow}.yml"
        steps = yaml.safe_load(file.read_text())["jobs"][job]["steps"]
        (script,) = [step["run"] for step in steps if step.get("name") == name]
        return self.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command where the repository is, with nothing set but the account, and settings."""
        environment = tool_environment(self.folder, self.endpoint, os.environ)
        return subprocess.run(
            command,
            cwd=self.path,
            env={**environment, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
