import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

_CDK = ("aws_cdk", "constructs", "jsii")
# Python stops the import of a module that is None.
_RUN = """
import runpy, sys
sys.modules |= dict.fromkeys({hidden})
runpy.run_module("chime_proxy", run_name="__main__", alter_sys=True)
"""
_STACK = ("drift", "--stack", "Rides")


@pytest.fixture
def run() -> Run:
    """Run a command of `python -m chime_proxy` without CDK and Node."""

    def run(
        *arguments: str, hidden: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "PATH": "", "AWS_MAX_ATTEMPTS": "1", **environment}
        return subprocess.run(
            [sys.executable, "-c", _RUN.format(hidden=[*_CDK, *hidden]), *arguments],
            env={name: value for name, value in variables.items() if value},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


class _Refusal(BaseHTTPRequestHandler):
    """CloudFormation for a caller without permission."""

    def do_POST(self) -> None:
        """Answer with AccessDenied."""
        error = "<Error><Code>AccessDenied</Code><Message>not authorized</Message></Error>"
        body = f"<ErrorResponse>{error}</ErrorResponse>".encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def refusal() -> Iterator[str]:
    """The URL of a CloudFormation that refuses everything."""
    with HTTPServer(("127.0.0.1", 0), _Refusal) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_schema_needs_neither_cdk_nor_node(run: Run) -> None:
    """The schema is printed if CDK and jsii cannot be imported and there is no Node."""
    done = run("schema")

    assert (done.returncode, done.stderr) == (0, "")
    assert '"title": "Proxy sessions"' in done.stdout


def test_aws_data_path_is_the_packages_folder(run: Run) -> None:
    """The folder's path is printed without CDK, Node and the SDK, and has the CLI's signing name."""
    done = run("aws-data-path", hidden=["boto3", "botocore"])

    assert (done.returncode, done.stderr) == (0, "")
    (file,) = Path(done.stdout.strip()).rglob("*.json")
    assert file.relative_to(done.stdout.strip()).parts[0] == "chime-sdk-voice"
    assert json.loads(file.read_text())["merge"]["metadata"]["signingName"] == "execute-api"


@pytest.mark.parametrize("arguments", [[], ["drift"], ["drift", "--stack"], ["drifts"]])
def test_wrong_command_line_exits_with_2(run: Run, arguments: list[str]) -> None:
    """A wrong command line is exit code 2 with the usage."""
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr or "requires an argument" in done.stderr


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "Could not connect to the endpoint URL"),
        ({"AWS_ENDPOINT_URL": "127.0.0.1:4566"}, "Invalid endpoint: 127.0.0.1:4566"),
        ({"AWS_ENDPOINT_URL": "{{resolve:ssm:/calls/endpoint}}"}, "Invalid endpoint"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "Unable to locate credentials"),
        ({"AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": ""}, "You must specify a region"),
        ({"AWS_DEFAULT_REGION": "no region"}, "'no region' doesn't match"),
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
        ({"AWS_MAX_ATTEMPTS": "many"}, "many"),
    ],
)
def test_drift_without_an_answer_exits_with_2(
    run: Run, settings: Mapping[str, str], reason: str
) -> None:
    """Without a network or with a wrong setting, drift is exit code 2 with one line of reason."""
    done = run(*_STACK, **settings)

    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_refused_drift_exits_with_2(run: Run, refusal: str) -> None:
    """A caller without permission gets exit code 2 and the reason."""
    done = run(*_STACK, AWS_ENDPOINT_URL=refusal)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "not authorized\n")


def test_unforeseen_failure_exits_with_2(run: Run) -> None:
    """A failure that nobody foresaw is exit code 2 and its type: 1 would mean drift."""
    done = run(*_STACK, hidden=["yaml"])

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "drift failed: ModuleNotFoundError\n"


def test_public_names_are_imported_when_used() -> None:
    """Each public name is found and listed; any other is an AttributeError."""
    code = """
import sys
import chime_proxy as c
assert "jsii" not in sys.modules
assert set(c.__all__) <= set(dir(c))
assert [getattr(c, one).__name__ for one in c.__all__] == c.__all__
c.Ride
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    last = done.stderr.splitlines()[-1]
    assert last == "AttributeError: module 'chime_proxy' has no attribute 'Ride'"
