import json
import os
import subprocess
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from tests.doubles import CONNECTOR, REQUEST, SESSION, event
from tests.http_bucket import HttpBucket
from tests.loopback import LoopbackServer

from chime_proxy_provider.environment import foreign

ROOT = Path(__file__).parents[2]
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "provider",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": f"{ROOT / 'lambda'}:{ROOT}",
    "PATH": os.environ["PATH"],
}
ENDPOINT = "AWS_ENDPOINT_URL_CHIME_SDK_VOICE"
# Each would stop the function, change its calls or show an event, if it were obeyed.
OF_A_FLEET = {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "sometimes",
    "AWS_AUTH_SCHEME_PREFERENCE": "none",
    "AWS_CLI_FILE_ENCODING": "rot13",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_DATA_PATH": "/nowhere",
    "AWS_DEFAULTS_MODE": "unknown",
    "AWS_DEFAULT_PROFILE": "prod",
    "AWS_DISABLE_REQUEST_COMPRESSION": "perhaps",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_METADATA_SERVICE_TIMEOUT": "long",
    "AWS_PROFILE": "prod",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "always",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "-1",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "always",
    "AWS_RETRY_MODE": "forever",
    "AWS_SDK_UA_APP_ID": "x" * 51,
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    "AWS_STS_REGIONAL_ENDPOINTS": "none",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "LOG_LEVEL": "trace",
    "POWERTOOLS_DEBUG": "true",
    "POWERTOOLS_DEV": "true",
    "POWERTOOLS_LOGGER_LOG_EVENT": "true",
    "POWERTOOLS_LOGGER_SAMPLE_RATE": "often",
    "POWERTOOLS_LOG_DEDUPLICATION_DISABLED": "maybe",
    "POWERTOOLS_LOG_LEVEL": "TRACE",
    "POWERTOOLS_METRICS_DISABLED": "maybe",
    "POWERTOOLS_METRICS_NAMESPACE": "",
    "POWERTOOLS_SERVICE_NAME": "fleet",
    "POWERTOOLS_TRACE_DISABLED": "maybe",
}


class Api(BaseHTTPRequestHandler):
    """The API: it creates any session, and has none."""

    def do_POST(self) -> None:
        """Create a session."""
        self._respond(201, {"ProxySession": {"ProxySessionId": SESSION, "Status": "Open"}})

    def do_GET(self) -> None:
        """List no session."""
        self._respond(200, {"ProxySessions": []})

    def _respond(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def serve(environment: Mapping[str, str], *events: Mapping[str, Any]) -> tuple[list[Any], str]:
    """Serve events in a process of their own; the answers, and what the process printed."""
    bucket = HttpBucket(200)
    with bucket.served() as url:
        lines = [json.dumps({**one, "ResponseURL": url}) for one in events]
        done = subprocess.run(
            [sys.executable, "-m", "tests.provider.serve_events"],
            cwd=ROOT,
            input="\n".join(lines),
            env={**LAMBDA, **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
    return [json.loads(body) for _, _, body in bucket.puts], done.stdout + done.stderr


def failed_delete() -> dict[str, Any]:
    """The Delete that follows a Create which created nothing."""
    return event("Delete", PhysicalResourceId=f"create-failed/{REQUEST}")


def test_settings_of_a_fleet_change_no_answer_and_show_no_event() -> None:
    """An Aspect may set any variable of Powertools, botocore and Lambda on every function."""
    with LoopbackServer(Api).running() as endpoint:
        (plain,), _ = serve({ENDPOINT: endpoint}, event("Create"))
        (answer,), printed = serve({ENDPOINT: endpoint, **OF_A_FLEET}, event("Create"))

    assert plain["PhysicalResourceId"] == f"{CONNECTOR}/{SESSION}"
    assert answer == plain
    assert "+1" not in printed
    assert "5ec2e7" not in printed
    assert printed.count('"message": "answered"') == 1


@pytest.mark.parametrize("level", ["TRACE", "DEBUG", "WARN", "ERROR", "FATAL", "unknown"])
def test_log_level_of_lambda_changes_no_answer(level: str) -> None:
    """Lambda's own log level filters the log, and nothing else."""
    with LoopbackServer(Api).running() as endpoint:
        (answer,), printed = serve(
            {ENDPOINT: endpoint, "AWS_LAMBDA_LOG_LEVEL": level}, event("Create")
        )

    assert answer["Status"] == "SUCCESS"
    assert "5ec2e7" not in printed


@pytest.mark.parametrize(
    "endpoint",
    ["calls.example.com", "https://calls.example.com ", "ftp//x", "{{resolve:ssm:/endpoint}}"],
)
def test_endpoint_that_is_no_url_fails_each_create_and_no_delete(endpoint: str) -> None:
    """The reason says what to set, at the first event and at later ones."""
    answers, _ = serve({ENDPOINT: endpoint}, event("Create"), event("Create"), failed_delete())

    first, second, delete = answers
    assert "InvalidTypeConfiguration" in first["Reason"]
    assert "endpoint_url" in first["Reason"]
    assert first["PhysicalResourceId"] == f"create-failed/{REQUEST}"
    assert second == first
    assert delete["Status"] == "SUCCESS"


def test_unknown_refused_deletion_fails_no_delete_that_the_api_accepts() -> None:
    """The setting matters when the API refuses, and not before."""
    (answer,), _ = serve({"REFUSED_DELETION": "perhaps"}, failed_delete())

    assert answer["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "network",
    [
        {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"},
        {"HTTP_PROXY": "proxy nowhere"},
        {"AWS_CA_BUNDLE": "/nowhere/bundle.pem"},
        {"SSL_CERT_FILE": "/nowhere/bundle.pem", "REQUESTS_CA_BUNDLE": "/nowhere/bundle.pem"},
    ],
)
def test_broken_proxy_or_bundle_is_answered(network: Mapping[str, str]) -> None:
    """A failure to reach the API is answered, without the proxy that failed."""
    with LoopbackServer(Api).running() as endpoint:
        answers, _ = serve({ENDPOINT: endpoint, **network}, event("Create"))

    assert len(answers) == 1


def test_foreign_variables_are_those_of_the_libraries() -> None:
    """What Lambda itself sets, and what is no library's, stays."""
    names = ["AWS_REGION", "AWS_LAMBDA_LOG_LEVEL", "AWS_PROFILE", "LOG_LEVEL", "PATH", "TZ"]

    assert foreign(names) == {"AWS_PROFILE", "LOG_LEVEL"}
