"""A stack whose assets are not bundled: their hash is the same, and it takes no time."""

import aws_cdk as cdk
import pytest


@pytest.fixture
def stack() -> cdk.Stack:
    """An empty stack."""
    return cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")
