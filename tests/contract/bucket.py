"""The bucket that CloudFormation takes answers from, and what may go wrong on the way there."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.contract.clock import Clock, Killed
from urllib3.exceptions import ProtocolError

from chime_proxy_local.cloudformation.response_rules import (
    Request,
    ResourceFailedError,
    read_answer,
)


class BucketFault(StrEnum):
    """What happens to one answer."""

    NONE = "none"
    REFUSED = "refused"
    LOST = "lost"
    TAKEN_LOST = "taken, but the sender does not learn of it"
    CRASH_BEFORE = "the function dies before"
    CRASH_AFTER = "the function dies after"


@dataclass
class Mailbox:
    """Where the answer to one request is awaited."""

    url: str
    is_open: bool = True
    bodies: list[bytes] = field(default_factory=list)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answers that came while the mailbox was open."""
        return [json.loads(body) for body in self.bodies]


class Bucket:
    """Takes answers; the first one that comes while it is awaited counts."""

    def __init__(self, clock: Clock) -> None:
        self.faults: deque[BucketFault] = deque()
        self.mailboxes: dict[str, Mailbox] = {}
        self.on_fault: Callable[[], None] = lambda: None
        self.status = 200
        self._clock = clock

    def open(self) -> Mailbox:
        """A new mailbox, with an address that is signed now."""
        signed = self._clock.now().strftime("%Y%m%dT%H%M%SZ")
        secret = f"X-Amz-Date={signed}&X-Amz-Signature=5ec2e7{len(self.mailboxes):06}"
        mailbox = Mailbox(f"https://answers.invalid/put?{secret}")
        self.mailboxes[mailbox.url] = mailbox
        return mailbox

    def request(self, _method: str, url: str, *, body: bytes, **_: Any) -> "Bucket":
        """Take an answer as S3 would; this is what a provider's connection pool is."""
        fault = self.faults.popleft() if self.faults else BucketFault.NONE
        if fault is not BucketFault.NONE:
            self.on_fault()
        if fault is BucketFault.CRASH_BEFORE:
            raise Killed
        self.status = 403 if fault is BucketFault.REFUSED else 200
        if fault not in (BucketFault.REFUSED, BucketFault.LOST):
            self._take(self.mailboxes[url], body)
        if fault in (BucketFault.LOST, BucketFault.TAKEN_LOST):
            raise ProtocolError
        if fault is BucketFault.CRASH_AFTER:
            raise Killed
        return self

    def close(self) -> None:
        """Let the connection go."""

    def _take(self, mailbox: Mailbox, body: bytes) -> None:
        if mailbox.is_open:
            mailbox.bodies.append(body)


def judge(body: bytes, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an answer that CloudFormation accepts, as the local cloud judges it.

    Two rules more are this suite's: attributes are text, and a Delete keeps the id.
    """
    request = Request(
        stack_id=event["StackId"],
        request_id=event["RequestId"],
        logical_resource_id=event["LogicalResourceId"],
    )
    try:
        read_answer(body, request)
    except ResourceFailedError as failure:
        if not failure.physical_resource_id:
            raise AssertionError(str(failure)) from failure
    answer: dict[str, Any] = json.loads(body)
    assert all(isinstance(value, str) for value in answer["Data"].values())
    if event["RequestType"] == "Delete":
        assert answer["PhysicalResourceId"] == event["PhysicalResourceId"], (
            "a Delete must not change the id"
        )
    return answer
