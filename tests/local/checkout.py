"""A copy of the project that tests work in as a newcomer would."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.local.running_cloud import RunningCloud

from chime_proxy.sdk import client
from chime_proxy_local.command.state import read_state
from chime_proxy_local.daemon import OWNER
from chime_proxy_local.folder import Folder


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy with a cloud of its own, worked in from a shell."""

    path: Path

    @property
    def folder(self) -> Folder:
        """The folder of its cloud."""
        return Folder(self.path / ".local")

    def local(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do what `make local` and `make local-down` do."""
        command = arguments or ("up", "--deploy", "!ChimeProxyService")
        return self._run(sys.executable, "-m", "chime_proxy", "local", *command)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script after `. .local/env`."""
        return self._run("sh", "-euc", f". .local/env; {script}")

    def cdk(self, command: str, stack: str) -> subprocess.CompletedProcess[str]:
        """Run the CDK CLI on a stack that is synthesized already; all that it says is in stdout."""
        return self.shell(f"cdk {command} --app .local/cdk.out {stack} 2>&1")

    def edit(self, pattern: str, replacement: str) -> None:
        """Replace the one place in app.py that a pattern matches."""
        app = self.path / "app.py"
        text, places = re.subn(pattern, replacement, app.read_text(), flags=re.DOTALL)
        assert places == 1
        app.write_text(text)

    def client(self, service: str) -> Any:
        """Return an SDK client of its cloud, which is quicker than the AWS CLI."""
        state = read_state(self.folder)
        assert state is not None
        return RunningCloud(self.folder, state.port).client(service)

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the app's stack."""
        described = self.client("cloudformation").describe_stacks(StackName="MaskedCalls")
        (stack,) = described["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def sessions(self) -> list[dict[str, Any]]:
        """Return the proxy sessions that the app's service has."""
        outputs = self.outputs()
        service = client(outputs["EndpointUrl"])
        listed = service.list_proxy_sessions(VoiceConnectorId=outputs["VoiceConnectorId"])
        return [dict(session) for session in listed["ProxySessions"]]

    def printed_sessions(self) -> list[dict[str, Any]]:
        """Return the proxy sessions that the AWS CLI prints."""
        connector = self.outputs()["VoiceConnectorId"]
        listed = self.shell(
            f"aws chime-sdk-voice list-proxy-sessions --voice-connector-id {connector}"
        )
        assert listed.returncode == 0, listed.stderr
        return list(json.loads(listed.stdout)["ProxySessions"])

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {name: os.environ[name] for name in ("HOME", "PATH", OWNER, "CDK_VALIDATION")}
        return subprocess.run(
            command, cwd=self.path, env=environment, capture_output=True, text=True, check=False
        )
