"""A stack whose assets are not bundled: their hash is the same, and it takes no time."""

import json
import logging
import sys
from typing import Any

import aws_cdk as cdk
import pytest
from tests.doubles import NOW, Answers, Api, Context, event

from chime_proxy_provider import handler as runtime
from chime_proxy_provider.deletion import RefusedDeletion


@pytest.fixture
def stack() -> cdk.Stack:
    """An empty stack."""
    return cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Calls")


@pytest.fixture
def reports(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the handler writes of an event of each kind: log lines and metrics."""
    written = runtime.logger.registered_handler
    assert isinstance(written, logging.StreamHandler)
    before = written.setStream(sys.stdout)
    handler = runtime.Handler(
        schema=runtime.handler.schema,
        client=Api().client,
        pool=Answers(),  # type: ignore[arg-type]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=lambda: 0.0,
        sleep=lambda _: None,
    )
    for request_type in ("Create", "Update", "Delete", "Purge"):
        handler(event(request_type, ResourceProperties={}, PhysicalResourceId=""), Context())
    handler({}, Context())
    written.setStream(before)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
