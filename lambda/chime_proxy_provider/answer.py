"""The one answer to a request: fitted to CloudFormation's limit and put to the ResponseURL.

Source: "Custom resource response objects" in the CloudFormation user guide.
"""

import json
from collections.abc import Mapping
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
# What the pauses between all attempts add up to at the most.
_PAUSES_SECONDS = 4.0
_LONGEST_ATTEMPT_SECONDS = 5.0
_SHORTEST_ATTEMPT_SECONDS = 0.3


class Undelivered(Exception):
    """CloudFormation did not take the answer. The text holds nothing of the address."""


@dataclass(frozen=True, slots=True)
class AnswerSender:
    """Puts an answer to its ResponseURL, again where that helps, until a deadline."""

    pool: urllib3.PoolManager
    deadline: Deadline

    def send(self, response_url: str, answer: Mapping[str, Any]) -> None:
        """Deliver an answer.

        Raises:
            Undelivered: it was not taken.
        """
        try:
            response = self.pool.request(
                "PUT",
                response_url,
                body=encode(answer),
                # The address is signed for no content type, and S3 refuses any other.
                headers={"Content-Type": ""},
                redirect=False,
                retries=_RETRY,
                timeout=_attempt_timeout(self.deadline.seconds_left()),
                preload_content=False,
            )
        except HTTPError as error:
            raise Undelivered(type(error).__name__) from None
        response.close()
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            msg = f"HTTP status {response.status}"
            raise Undelivered(msg)


def _attempt_timeout(seconds_left: float) -> Timeout:
    share = (seconds_left - _PAUSES_SECONDS) / (_REPEATS + 1)
    return Timeout(total=min(_LONGEST_ATTEMPT_SECONDS, max(_SHORTEST_ATTEMPT_SECONDS, share)))


def reason(text: str) -> str:
    """The text as a `Reason`: nothing secret in it, and short."""
    return redact(text)[:REASON_CHARACTERS]


def encode(answer: Mapping[str, Any]) -> bytes:
    """The answer's bytes, within the limit.

    An answer that is too long says so and keeps its physical id, so that the Delete that
    follows finds what was made.
    """
    body = _json({**answer, "Reason": reason(answer["Reason"])})
    if len(body) <= LIMIT_BYTES:
        return body
    too_long = f"the answer is longer than {LIMIT_BYTES} bytes"
    return _json({**answer, "Status": "FAILED", "Reason": too_long, "Data": {}})


def _json(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


class Delivery:
    """The one answer of one event: whoever is first sends it, what comes later is dropped.

    crhelper's timer answers from a thread of its own while the handler may still be at work.
    """

    def __init__(self, sender: AnswerSender) -> None:
        self.status = ""
        self.physical_id = ""
        self.reason = ""
        """Why the request failed, where crhelper would keep only the last 240 characters."""
        self.failure: Undelivered | None = None
        self._sender = sender
        self._taken = Lock()

    def __call__(
        self, response_url: str, answer: Mapping[str, Any], _ssl_verify: object = None
    ) -> None:
        """Send the answer if none was sent before; a failure to deliver is kept, not raised."""
        if not self._taken.acquire(blocking=False):
            return
        self.status, self.physical_id = answer["Status"], answer["PhysicalResourceId"]
        self.reason = reason(self.reason or answer["Reason"])
        try:
            self._sender.send(response_url, {**answer, "Reason": self.reason})
        except Undelivered as error:
            self.failure = error
