"""A stack whose assets are not bundled: their hash is the same, and it takes no time."""

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
