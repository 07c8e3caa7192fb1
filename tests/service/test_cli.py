import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector

KEY = (
    "--voice-connector-id",
    "abcdef1ghij2klmno3pqr4",
    "--proxy-session-id",
    "123a4bc5-67d8-901e-2f3g-h4ghjk56789l",
)
Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def service(
    make_service: Callable[..., ProxySessionService],
    connector: Connector,
    configuration: ProxyConfiguration,
    ask: Callable[..., CreateRequest],
) -> ProxySessionService:
    """A service that has the session of the CLI's documentation, and no other number for it."""
    service = make_service(numbers=("+19135550199",), new_id=lambda: KEY[-1])
    service.put_configuration(connector, configuration)
    service.create(ask())
    return service


@pytest.fixture
def aws(endpoint: str, tool: Callable[[str], str], tool_environment: dict[str, str]) -> Aws:
    """Run the AWS CLI against the service."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [tool("aws"), "chime-sdk-voice", *arguments, "--endpoint-url", endpoint]
        return subprocess.run(
            command, env=tool_environment, capture_output=True, text=True, check=False
        )

    return run


def in_order(printed: Any) -> Any:
    """Sort the participants: the documentation shows them in another order than they were given."""
    printed["ProxySession"]["Participants"].sort(key=lambda one: one["PhoneNumber"])
    return printed


def documented(command: str) -> Any:
    """Read what the AWS CLI's documentation says a command prints."""
    return json.loads(Path(__file__).with_name(f"cli-{command}.json").read_text())


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("get-proxy-session", ()), ("update-proxy-session", ("--capabilities", "Voice"))],
)
def test_documented_example_prints_the_documented_answer(
    aws: Aws, command: str, arguments: tuple[str, ...]
) -> None:
    """A documented command, under today's service name, prints what it is documented to print."""
    result = aws(command, *KEY, *arguments)

    assert result.stderr == ""
    assert in_order(json.loads(result.stdout)) == documented(command)


def test_deletion_prints_nothing(aws: Aws) -> None:
    """A deletion prints nothing, and the next one names the typed error."""
    first, second = (aws("delete-proxy-session", *KEY) for _ in range(2))

    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert second.returncode != 0
    assert "(NotFoundException)" in second.stderr
