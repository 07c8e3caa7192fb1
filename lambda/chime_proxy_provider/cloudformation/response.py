"""Sends the one answer to a request: fits it to CloudFormation's limit, puts it to the ResponseURL.

Source: "Custom resource response objects" in the CloudFormation user guide.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.redaction import redact

LIMIT_BYTES = 4096
REASON_CHARACTERS = 500

_REPEATS = 4
_RETRY = Retry(
    total=_REPEATS,
    backoff_factor=0.25,
    backoff_jitter=0.1,
    status_forcelist=(408, 429, 500, 502, 503, 504),
    allowed_methods=("PUT",),
    raise_on_status=False,
    respect_retry_after_header=False,
)
# The pauses between all attempts add up to this at most.
_PAUSES_SECONDS = 4.0
_LONGEST_ATTEMPT_SECONDS = 5.0
_SHORTEST_ATTEMPT_SECONDS = 0.3


class Undelivered(Exception):
    """CloudFormation did not take the answer. The text holds nothing of the address."""


@dataclass(frozen=True, slots=True)
class AnswerSender:
    """Puts an answer to its ResponseURL, with retries, until a deadline.

    Args:
        routes: the connection pools for an address, in the order in which to try them.
        deadline: the end of the last attempt.
    """

    routes: Callable[[str], Sequence[urllib3.PoolManager]]
    deadline: Deadline

    def send(self, response_url: str, answer: Mapping[str, Any]) -> None:
        """Deliver an answer.

        Raises:
            Undelivered: CloudFormation did not take it.
        """
        body = encode(answer)
        *others, last = self.routes(response_url)
        for pool in others:
            with suppress(Undelivered):
                _put(pool, response_url, body, self.deadline.seconds_left() / 2)
                return
        _put(last, response_url, body, self.deadline.seconds_left())


def _put(pool: urllib3.PoolManager, response_url: str, body: bytes, seconds: float) -> None:
    try:
        response = pool.request(
            "PUT",
            response_url,
            body=body,
            # The address is signed for no content type, and S3 refuses any other.
            headers={"Content-Type": ""},
            redirect=False,
            preload_content=False,
            **_attempts(seconds),
        )
    except HTTPError as error:
        raise Undelivered(type(error).__name__) from None
    response.close()
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        msg = f"HTTP status {response.status}"
        raise Undelivered(msg)


def _attempts(seconds_left: float) -> dict[str, Any]:
    """urllib3's retries and time-out for attempts that end within so many seconds."""
    repeats = _REPEATS if seconds_left > 2 * _PAUSES_SECONDS else 0
    pauses = _PAUSES_SECONDS if repeats else 0
    share = (seconds_left - pauses) / (repeats + 1)
    seconds = min(_LONGEST_ATTEMPT_SECONDS, max(_SHORTEST_ATTEMPT_SECONDS, share))
    return {"retries": _RETRY.new(total=repeats), "timeout": Timeout(total=seconds)}


def reason(text: str) -> str:
    """A text as a `Reason`: redacted, and at most `REASON_CHARACTERS` long."""
    return redact(text)[:REASON_CHARACTERS]


def fitted(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, redacted and within CloudFormation's limit.

    An answer that is too long becomes a failure that says so. It keeps its physical id, so that the
    Delete that follows finds the resource.
    """
    answer = {**answer, "Reason": reason(answer["Reason"])}
    if len(encode(answer)) <= LIMIT_BYTES:
        return answer
    too_long = f"the answer is longer than {LIMIT_BYTES} bytes"
    return {**answer, "Status": "FAILED", "Reason": too_long, "Data": {}}


def encode(answer: Mapping[str, Any]) -> bytes:
    """The answer's bytes."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    # UTF-8 cannot hold half of a surrogate pair; Python's escape of it is JSON's as well.
    return text.encode(errors="backslashreplace")


class Delivery:
    """Sends the first answer to an event and drops any later one.

    crhelper's timer answers from its own thread while the handler may still be at work.

    Args:
        sender: delivers the answer.
        fallback_id: the physical id of an answer that has none.
    """

    def __init__(self, sender: AnswerSender, fallback_id: str) -> None:
        self.answer: Mapping[str, Any] = {}
        """The answer, delivered or not; empty before there is one."""
        self.reason = ""
        """The whole reason of a failure: crhelper would keep the last 240 characters."""
        self.failure: Undelivered | None = None
        self._sender = sender
        self._fallback_id = fallback_id
        self._lock = Lock()

    def __call__(
        self, response_url: str, answer: Mapping[str, Any], _ssl_verify: object = None
    ) -> None:
        """Send the answer, unless one was sent before. Keep a failure to deliver in `failure`.

        A second caller waits until the first answer is delivered: the function must not end before.
        """
        with self._lock:
            if not self.answer:
                self.answer = fitted(
                    {
                        **answer,
                        "Reason": self.reason or answer["Reason"],
                        # crhelper's timer has no id if it fires before the handler starts.
                        "PhysicalResourceId": answer["PhysicalResourceId"] or self._fallback_id,
                    }
                )
                self._send(response_url)

    def _send(self, response_url: str) -> None:
        try:
            self._sender.send(response_url, self.answer)
        except Undelivered as error:
            # A new error: the context of the old one holds the address.
            self.failure = Undelivered(str(error))
