"""The CDK CLI, working on a local cloud."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chime_proxy_local.environment import tool_environment
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.folder import Folder

_OPTIONS = ("--no-notices", "--no-color", "--ci")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdk:
    """The CDK CLI for one app and one cloud.

    Args:
        app: the folder with the app's `cdk.json`.
        folder: the cloud's.
        endpoint: the cloud's URL.
    """

    app: Path
    folder: Folder
    endpoint: str

    def start(self, *arguments: str, folder: Path | None = None) -> "Command":
        """Start a command; its output is not shown.

        Args:
            arguments: the command's name and its arguments.
            folder: where to run it, the app's folder by default.
        """
        environment = tool_environment(self.folder, self.endpoint, os.environ)
        try:
            process = subprocess.Popen(  # noqa: S603 - the arguments are ours
                ["cdk", *arguments, *_OPTIONS],  # noqa: S607 - the PATH is ours
                cwd=folder or self.app,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                # A group of its own, so that the app it runs can be ended with it.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            msg = f"The command `cdk` is not in {environment['PATH']}."
            raise LocalCloudError(msg) from error
        return Command(f"cdk {arguments[0]}", process)

    def run(self, *arguments: str, folder: Path | None = None) -> None:
        """Run a command to its end.

        Args:
            arguments: the command's name and its arguments.
            folder: where to run it, the app's folder by default.

        Raises:
            LocalCloudError: the command failed; the message is its output.
        """
        self.start(*arguments, folder=folder).finish()


@dataclass(frozen=True, slots=True)
class Command:
    """A running CDK command, the leader of its process group.

    Args:
        name: for messages.
        process: its output is read here.
        cancel_seconds: the time it gets to end when it is cancelled. Then it is killed.
    """

    name: str
    process: subprocess.Popen[str]
    cancel_seconds: float = 5

    def finish(self) -> None:
        """Wait for the end; an interruption ends the command.

        Raises:
            LocalCloudError: the command failed; the message is its output.
        """
        try:
            output, _ = self.process.communicate()
        except BaseException:
            self.cancel()
            raise
        if self.process.returncode:
            msg = f"{self.name} failed:\n\n{output.strip()}"
            raise LocalCloudError(msg)

    def cancel(self) -> None:
        """End the command and the processes it has started."""
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.communicate(timeout=self.cancel_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
