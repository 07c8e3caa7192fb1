"""The provider's handler over a real boto3 client, in a time of its own."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from tests.doubles import NOW, Answers, Context

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient

_CALL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the API does with a call; `failure` makes one of the connection, with no answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    failure: Callable[[], Exception] | None = None


Replies: TypeAlias = Callable[[str], Reply]


class _Body(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: Any) -> Any:
        """The whole body."""
        yield self.read()


class _Connection:
    """A boto3 client, and what its calls meet instead of a network."""

    def __init__(self) -> None:
        self.reply: Replies = lambda _: Reply()
        config = Config(retries={"total_max_attempts": 1})
        self.client: ChimeSDKVoiceClient = boto3.client("chime-sdk-voice", config=config)
        self.client.meta.events.register("before-send.chime-sdk-voice", self._send)

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        reply = self.reply(event_name.rpartition(".")[2])
        if reply.failure:
            raise reply.failure()
        headers = HTTPHeaders.from_dict(dict(reply.headers))
        return AWSResponse(request.url, reply.status, headers, _Body(reply.body))


@dataclass(slots=True)
class _Time:
    """Time that passes with calls and pauses alone."""

    seconds: float = 0.0

    def clock(self) -> float:
        """The seconds since the beginning."""
        return self.seconds

    def now(self) -> datetime:
        """The time of day."""
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


_connection = cache(_Connection)


def bodies_of(event: Any, replies: Replies) -> list[bytes]:
    """What the handler puts to an event's ResponseURL.

    Args:
        event: as Lambda's runtime reads it from JSON.
        replies: the API's reply to each call, by the operation's name.
    """
    connection, time, answers = _connection(), _Time(), Answers()

    def reply(operation: str) -> Reply:
        time.sleep(_CALL_SECONDS)
        return replies(operation)

    connection.reply = reply
    handler = provider.Handler(
        client=lambda: connection.client,
        routes=lambda _: [answers],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=time.now,
        clock=time.clock,
        sleep=time.sleep,
    )
    handler(event, Context())
    return answers.bodies
