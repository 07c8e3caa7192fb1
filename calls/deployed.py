"""A service that is deployed on a local cloud, and the process of a host that asks its table."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from calls.folder import CLOUD, ROOT
from chime_proxy.sdk import client
from chime_proxy_local.client import root_client
from chime_proxy_local.command import deployment, process
from chime_proxy_local.command.cdk import Cdk
from chime_proxy_local.command.stacks import Stacks
from chime_proxy_local.environment import REGION
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint
from chime_proxy_service.telephony.sip.settings import SipSettings

_APP = Path(__file__).parent / "deployment"
_POLICY = ROOT / "examples" / "sip-trunk" / "policy.json"
_HOST = "sip-host"


@dataclass(frozen=True)
class Deployed:
    """A service with a session.

    Args:
        endpoint: the cloud's URL.
        outputs: those of the stack.
    """

    endpoint: str
    outputs: dict[str, str]

    @cached_property
    def api(self) -> Any:
        """A client of the service."""
        session = boto3.Session("test", "test", region_name=REGION)
        return client(self.outputs["Url"], session)

    def status(self) -> str:
        """Return the status of the stack's session."""
        answer = self.api.get_proxy_session(
            VoiceConnectorId=self.outputs["Connector"], ProxySessionId=self.outputs["Session"]
        )
        return str(answer["ProxySession"]["Status"])

    def open_session(self, participants: list[str]) -> str:
        """Open a session; return its proxy number."""
        answer = self.api.create_proxy_session(
            VoiceConnectorId=self.outputs["Connector"],
            ParticipantPhoneNumbers=participants,
            Capabilities=["Voice"],
        )
        return str(answer["ProxySession"]["Participants"][0]["ProxyPhoneNumber"])

    @cached_property
    def host_credentials(self) -> dict[str, str]:
        """Return the environment of a user with the permissions of the example, and no others."""
        iam: Any = root_client("iam", self.endpoint)
        policy = _POLICY.read_text(encoding="utf-8")
        iam.create_user(UserName=_HOST)
        iam.put_user_policy(
            UserName=_HOST,
            PolicyName="table",
            PolicyDocument=policy.replace("TABLE_ARN", self.outputs["TableArn"]),
        )
        key = iam.create_access_key(UserName=_HOST)["AccessKey"]
        return {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_ENDPOINT_URL": self.endpoint,
        }


@contextmanager
def deployed() -> Iterator[Deployed]:
    """Deploy the service on a local cloud of its own."""
    folder = Folder(CLOUD)
    folder.path.mkdir(exist_ok=True)
    try:
        url = endpoint(process.start(folder))
        cdk, stacks = Cdk(app=_APP, folder=folder, endpoint=url), Stacks(url)
        deployment.prepare(cdk, stacks)
        outputs = deployment.deploy(cdk, stacks, "*")
        yield Deployed(url, {one.name: one.value for one in outputs})
    finally:
        process.stop(folder)


class HostProcess:
    """The process beside Asterisk, as a host runs it.

    Args:
        settings: its settings.
        environment: its credentials.
        file: the file for the settings.
    """

    def __init__(self, settings: SipSettings, environment: dict[str, str], file: Path) -> None:
        file.write_text(toml(settings), encoding="utf-8")
        self._file = file
        self._port = settings.agi_port
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self.log = file.with_suffix(".log")
        self.log.unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it listens."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chime_proxy_service.handlers.sip", "serve", self._file],
                env={**kept, **self._environment, "NO_PROXY": "127.0.0.1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        deadline = time.monotonic() + 20
        while not self._listens():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            self._process.kill()
            self._process.wait()
        self._process = None


def toml(settings: SipSettings) -> str:
    """Return the file of settings."""
    given = {name: value for name, value in asdict(settings).items() if value != ""}
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())
