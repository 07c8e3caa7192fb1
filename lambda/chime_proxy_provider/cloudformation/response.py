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
                preload_content=False,
                **_attempts(self.deadline.seconds_left()),
            )
        except HTTPError as error:
            raise Undelivered(type(error).__name__) from None
        response.close()
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            msg = f"HTTP status {response.status}"
            raise Undelivered(msg)


def _attempts(seconds_left: float) -> dict[str, Any]:
    """How often and how long to try, so that all of it ends in time."""
    repeats = _REPEATS if seconds_left > 2 * _PAUSES_SECONDS else 0
    pauses = _PAUSES_SECONDS if repeats else 0
    share = (seconds_left - pauses) / (repeats + 1)
    seconds = min(_LONGEST_ATTEMPT_SECONDS, max(_SHORTEST_ATTEMPT_SECONDS, share))
    return {"retries": _RETRY.new(total=repeats), "timeout": Timeout(total=seconds)}


def reason(text: str) -> str:
    """The text as a `Reason`: nothing secret in it, and short."""
    return redact(text)[:REASON_CHARACTERS]


def fitted(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer as CloudFormation can take it: nothing secret in its reason, and short.

    An answer that is too long says so and keeps its physical id, so that the Delete that
    follows finds what was made.
    """
    answer = {**answer, "Reason": reason(answer["Reason"])}
    if len(encode(answer)) <= LIMIT_BYTES:
        return answer
    too_long = f"the answer is longer than {LIMIT_BYTES} bytes"
    return {**answer, "Status": "FAILED", "Reason": too_long, "Data": {}}


def encode(answer: Mapping[str, Any]) -> bytes:
    """The answer's bytes."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    # What UTF-8 cannot hold is half of a surrogate pair: its escape is JSON's as well as Python's.
    return text.encode(errors="backslashreplace")


class Delivery:
    """The one answer of one event: whoever is first sends it, what comes later is dropped.

    crhelper's timer answers from a thread of its own while the handler may still be at work.
    """

    def __init__(self, sender: AnswerSender, fallback_id: str) -> None:
        self.answer: Mapping[str, Any] = {}
        """What was sent, or was to be."""
        self.reason = ""
        """Why the request failed, where crhelper would keep only the last 240 characters."""
        self.failure: Undelivered | None = None
        self._sender = sender
        self._fallback_id = fallback_id
        self._lock = Lock()

    def __call__(
        self, response_url: str, answer: Mapping[str, Any], _ssl_verify: object = None
    ) -> None:
        """Send the answer if none was sent before; a failure to deliver is kept, not raised.

        Whoever comes second waits until the first is done: the function must not end before.
        """
        with self._lock:
            if not self.answer:
                self.answer = fitted(
                    {
                        **answer,
                        "Reason": self.reason or answer["Reason"],
                        # crhelper's timer has no id to give if it goes off before the handler.
                        "PhysicalResourceId": answer["PhysicalResourceId"] or self._fallback_id,
                    }
                )
                self._send(response_url)

    def _send(self, response_url: str) -> None:
        try:
            self._sender.send(response_url, self.answer)
        except Undelivered as error:
            # A new one: what that one was raised from holds the address.
            self.failure = Undelivered(str(error))
