"""A stack whose assets are not bundled: their hash is the same, and it takes no time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from tests.synth import reports as handler_reports


@pytest.fixture
def stack() -> cdk.Stack:
    """An empty stack."""
    return cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")


@pytest.fixture(scope="session")
def reports() -> list[dict[str, Any]]:
    """What the handler writes down."""
    return handler_reports.reports()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a sessions file."""

    def write(text: str) -> Path:
        file = tmp_path / "sessions.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write
