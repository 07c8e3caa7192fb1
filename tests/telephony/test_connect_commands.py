"""The commands of docs/calls.md about Amazon Connect, as the AWS CLI takes and sends them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from string import Template
from typing import Any

from tests.docs.page import Page
from tests.folders import ROOT
from tests.loopback import LoopbackServer
from tests.telephony.connect_carrier import INSTANCE

INSTANCE_ID = INSTANCE.rpartition("/")[2]
NAMES = {
    "INSTANCE_ARN": INSTANCE,
    "INSTANCE_ID": INSTANCE_ID,
    "NUMBER_ID": "11111111-0000-4000-8000-123456789012",
    "FLOW_ARN": f"{INSTANCE}/contact-flow/22222222-0000-4000-8000-123456789012",
    "FLOW_ID": "22222222-0000-4000-8000-123456789012",
    "TEST_CASE_ID": "33333333-0000-4000-8000-123456789012",
}
Request = tuple[str, str, dict[str, Any]]


@contextmanager
def recorded(requests: list[Request]) -> Iterator[str]:
    """Serve an API that keeps the requests and returns an empty object; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            requests.append((self.command, self.path, json.loads(body or "{}")))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    with LoopbackServer(Handler).running() as url:
        yield url


def test_commands_of_the_page_are_the_clis(tmp_path: Path) -> None:
    """Each command is one of the AWS CLI, and becomes the request that it is meant to be."""
    blocks = Page(ROOT / "docs" / "calls.md").blocks()
    code = "".join(one.code for one in blocks if "test_connect_commands" in one.test)
    requests: list[Request] = []
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    with recorded(requests) as url:
        for line in code.replace("\\\n", " ").splitlines():
            words = shlex.split(Template(line).substitute(NAMES))
            command = [sys.executable, "-m", "awscli", *words[1:], "--endpoint-url", url]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr

    listed, associated, created, started, looked_at = requests
    assert listed[2]["TargetArn"] == INSTANCE
    assert associated[1].endswith(f"/{NAMES['NUMBER_ID']}/contact-flow")
    assert associated[2] == {"InstanceId": INSTANCE_ID, "ContactFlowId": NAMES["FLOW_ARN"]}
    assert created[:2] == ("PUT", f"/test-cases/{INSTANCE_ID}")
    assert json.loads(created[2]["Content"])["Version"] == "2019-10-30"
    assert created[2]["EntryPoint"] == {
        "Type": "VOICE_CALL",
        "VoiceCallEntryPointParameters": {"FlowId": NAMES["FLOW_ID"]},
    }
    for _, path, _ in (started, looked_at):
        assert NAMES["TEST_CASE_ID"] in path
