"""A local cloud that also runs functions in Node."""

import fcntl
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.peers.workshop import NODE, Workshop, assets
from botocore.config import Config
from botocore.exceptions import ClientError

from chime_proxy_local.client import root_client
from chime_proxy_local.command import process
from chime_proxy_local.daemon import OWNER
from chime_proxy_local.environment import REGION, server_environment
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint, served_pid

_BUCKET = f"cdk-hnb659fds-assets-000000000000-{REGION}"
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running cloud."""

    endpoint: str

    def client(self, service: str) -> Any:
        """Return a client with the account's root credentials."""
        settings = Config(read_timeout=600, s3={"addressing_style": "path"})
        return root_client(service, self.endpoint, config=settings)

    def publish(self, assembly: Path) -> None:
        """Upload the code of an assembly, as the CDK CLI does."""
        storage = self.client("s3")
        with suppress(ClientError):
            storage.create_bucket(Bucket=_BUCKET)
        for name, folder in assets(assembly).items():
            storage.put_object(Bucket=_BUCKET, Key=f"{name}.zip", Body=zipped(folder).read_bytes())

    def publish_template(self, name: str, template: str) -> str:
        """Upload a template and return its address."""
        self.client("s3").put_object(Bucket=_BUCKET, Key=name, Body=template.encode())
        return f"{self.endpoint}/{_BUCKET}/{name}"

    def settle(self, stacks: list[str]) -> set[str]:
        """Wait until no stack is in progress, and return the stacks' statuses."""
        client = self.client("cloudformation")
        while True:
            statuses = {_status(client, stack) for stack in stacks}
            if not any(status.endswith("_IN_PROGRESS") for status in statuses):
                return statuses
            time.sleep(_POLL_SECONDS)


@contextmanager
def running_cloud(workshop: Workshop) -> Iterator[Cloud]:
    """Start a cloud, and end it with the block, or with this process if that is killed."""
    folder = workshop.path / "cloud"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port = int(candidate.getsockname()[1])
    environment = {
        **server_environment(port, folder),
        OWNER: str(folder / "owner"),
        "PATH": f"{NODE.parent}:/usr/bin:/bin",
        "NODE_PATH": str(workshop.node_modules),
    }
    daemon = [sys.executable, "-m", "chime_proxy_local.daemon", str(Folder(folder).lock)]
    server = ["chime_proxy_local.cloud.server", str(port), str(workshop.python)]
    with (folder / "log").open("w") as log, (folder / "owner").open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        subprocess.run(
            [*daemon, *server], cwd=folder, env=environment, stdout=log, stderr=log, check=True
        )
        try:
            while served_pid(port) is None:
                time.sleep(_POLL_SECONDS)
            yield Cloud(endpoint(port))
        finally:
            process.stop(Folder(folder))


def zipped(folder: Path) -> Path:
    """Return the zip of a folder, made beside it as CDK does; a zip is returned as it is."""
    if folder.suffix == ".zip":
        return folder
    file = folder.with_suffix(".zip")
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return file


def _status(client: Any, stack: str) -> str:
    return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
