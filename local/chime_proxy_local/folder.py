"""The files of a local cloud."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a local cloud.

    Args:
        path: usually `.local` in the folder of an app. Each folder is a cloud of its own.
    """

    path: Path

    @property
    def app(self) -> Path:
        """The folder of the app."""
        return self.path.parent

    @property
    def npm_commands(self) -> Path:
        """The commands of the app's npm packages: those of the nearest CDK CLI.

        npm installs beside the nearest package.json, which may be in a folder above the app's.
        """
        folders = [one / "node_modules" / ".bin" for one in (self.app, *self.app.parents)]
        return next((one for one in folders if (one / "cdk").exists()), folders[0])

    @property
    def env(self) -> Path:
        """The shell script that points AWS tools at this cloud."""
        return self.path / "env"

    @property
    def lock(self) -> Path:
        """Locked by the cloud's process as long as it lives; contains its pid."""
        return self.path / "pid"

    @property
    def state(self) -> Path:
        """The cloud's port, and a digest of its sources."""
        return self.path / "cloud.json"

    @property
    def log(self) -> Path:
        """The output of the cloud's process and its functions."""
        return self.path / "cloud.log"

    @property
    def runtime(self) -> Path:
        """The Python environment of functions."""
        return self.path / "runtime"

    @property
    def temporary(self) -> Path:
        """The TMPDIR and HOME of the cloud's process."""
        return self.path / "tmp"

    @property
    def assembly(self) -> Path:
        """The synthesized app, as deployed last."""
        return self.path / "cdk.out"

    @property
    def outputs(self) -> Path:
        """The outputs of the deployed stacks, as the CDK CLI writes them."""
        return self.path / "outputs.json"

    @property
    def cdk_home(self) -> Path:
        """The CDK CLI's caches, otherwise in the user's home."""
        return self.path / "cdk-home"
