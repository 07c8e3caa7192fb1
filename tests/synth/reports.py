"""What the handler writes down of events of each kind: its log lines and its metrics."""

import io
import json
import logging
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from threading import Event
from typing import Any, cast

from botocore.exceptions import ClientError
from tests.doubles import NOW, Answers, Context, event, session

from chime_proxy_provider import handler as runtime
from chime_proxy_provider import report
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion


class _LateApi:
    """Creates a session only after CloudFormation was told that it failed, and deletes none."""

    def __init__(self) -> None:
        self.answered = Event()
        self.meta = runtime.handler.client().meta

    def create_proxy_session(self, **_: Any) -> Mapping[str, Any]:
        self.answered.wait(10)
        return {"ProxySession": session()}

    def delete_proxy_session(self, **_: Any) -> Mapping[str, Any]:
        refusal: Any = {
            "Error": {"Code": "BadRequestException", "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(refusal, "DeleteProxySession")


class _Telling(Answers):
    """Lets the API know that an answer arrived."""

    def __init__(self, api: _LateApi) -> None:
        super().__init__()
        self._api = api

    def request(self, _method: str, url: str, *, body: bytes, **_: Any) -> Answers:
        taken = super().request(_method, url, body=body)
        self._api.answered.set()
        return taken


def reports() -> list[dict[str, Any]]:
    """The lines of a request of each type, one that comes to nothing, and one that nobody sent."""
    written = report.logger.registered_handler
    assert isinstance(written, logging.StreamHandler)
    lines = io.StringIO()
    before = written.setStream(lines)
    with redirect_stdout(lines):
        _serve_each()
    written.setStream(before)
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def _serve_each() -> None:
    api = _LateApi()
    handler = runtime.Handler(
        client=lambda: cast("Any", api),
        routes=lambda _: [_Telling(api)],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=time.monotonic,
        sleep=lambda _: None,
    )
    handler(event("Create"), Context(milliseconds=1200))
    for request_type in ("Create", "Update", "Delete", "Purge"):
        handler(event(request_type, ResourceProperties={}, PhysicalResourceId=""), Context())
    handler({}, Context())
