"""The bucket that CloudFormation takes answers from, and what may go wrong on the way there."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.contract.clock import Clock, Killed
from urllib3.exceptions import ProtocolError

LIMIT_BYTES = 4096
LONGEST_ID_BYTES = 1024


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
    answers: list[Mapping[str, Any]] = field(default_factory=list)


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
        assert len(body) <= LIMIT_BYTES, "Response object is too long."
        answer = json.loads(body)
        if mailbox.is_open:
            mailbox.answers.append(answer)


def judge(answer: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    """Insist on what CloudFormation insists on.

    Source: "Custom resource response objects" in the CloudFormation user guide.
    """
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[name] == event[name], f"{name} must come back unchanged"
    physical_id = answer["PhysicalResourceId"]
    assert isinstance(physical_id, str)
    assert 0 < len(physical_id.encode()) <= LONGEST_ID_BYTES, "Invalid PhysicalResourceId"
    assert answer["Status"] in ("SUCCESS", "FAILED")
    assert answer["Status"] == "SUCCESS" or answer["Reason"], "FAILED needs a Reason"
    assert all(isinstance(value, str) for value in answer["Data"].values())
    if event["RequestType"] == "Delete":
        assert physical_id == event["PhysicalResourceId"], "a Delete must not change the id"
