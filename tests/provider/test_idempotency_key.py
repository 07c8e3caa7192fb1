from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from tests.doubles import event

from chime_proxy_provider.aws.request_header import request_header
from chime_proxy_provider.aws.retry import Retry
from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.proxy_session.api import Sessions
from chime_proxy_provider.proxy_session.name import idempotency_key


class _Raw(BytesIO):
    """As much of urllib3's response as botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body."""
        yield self.read()


def test_key_depends_on_stack_resource_and_request() -> None:
    """Every delivery of a request has one key, and no other request, resource or stack has it."""
    one = event("Create")
    others = [
        event("Create", RequestId="5d478078-13e9-4b5c-8f3a-000000000099"),
        event("Create", LogicalResourceId="Other"),
        event("Create", StackId=f"{one['StackId']}0"),
    ]

    keys = [idempotency_key(read_address(each)) for each in (one, *others)]

    assert keys[0] == idempotency_key(read_address(dict(one)))
    assert len(set(keys)) == len(keys)


def test_header_is_of_one_thread_and_signed() -> None:
    """A call that another event's thread still makes gets no key of this one."""
    client = boto3.client("chime-sdk-voice", region_name="us-east-1")
    sent: list[AWSPreparedRequest] = []

    def take(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 404, HTTPHeaders(), _Raw())

    def call() -> None:
        with suppress(ClientError):
            client.get_proxy_session(VoiceConnectorId="a" * 22, ProxySessionId="1")

    client.meta.events.register("before-send", take)
    with request_header(client, "Idempotency-Key", "one"):
        call()
        other = Thread(target=call)
        other.start()
        other.join()
    call()

    assert [request.headers.get("Idempotency-Key") for request in sent] == [b"one", None, None]
    assert b"idempotency-key" in sent[0].headers["Authorization"]


@dataclass
class Listing:
    """A client that notes which lists are asked for."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def list_proxy_sessions(self, **page: Any) -> dict[str, Any]:
        """Return an empty list."""
        self.asked.append(page)
        return {"ProxySessions": []}


@pytest.mark.parametrize(
    ("knows_keys", "statuses"), [(True, ["Open", "InProgress"]), (False, [None])]
)
def test_service_lists_open_sessions_without_the_history(
    statuses: list[str | None], *, knows_keys: bool
) -> None:
    """Sessions are looked for among the open ones, where the API need not read 30 days of closed."""
    client: Any = Listing()
    retry = Retry(Deadline(60.0, lambda: 0.0), lambda _: None)
    sessions = Sessions(lambda: client, retry, knows_keys=knows_keys)

    assert list(sessions.named("connector", "name")) == []
    assert [page.get("Status") for page in client.asked] == statuses
