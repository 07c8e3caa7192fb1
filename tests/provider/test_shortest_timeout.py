from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.doubles import DRIVER, NOW, RIDER, Answers, Context, event, properties, session

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion

SHORTEST = 50
"""The seconds that a provider's `timeout` may be at the least."""

SECRET = {"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf"}


@dataclass
class World:
    """A secret that is read at the last moment, and an API that takes as long as it may."""

    last_moment: float
    seconds: float = 0
    meta: Any = field(default_factory=lambda: provider.handler.client().meta)

    def clock(self) -> float:
        """The time."""
        return self.seconds

    def get_secret_value(self, **_: Any) -> Mapping[str, Any]:
        """Leave no time but for one more call."""
        self.seconds = self.last_moment
        return {"SecretString": RIDER}

    def create_proxy_session(self, **_: Any) -> Mapping[str, Any]:
        """Create, just before the client would lose patience."""
        config: Any = provider.handler.client().meta.config
        self.seconds += config.connect_timeout + config.read_timeout
        return {"ProxySession": session()}


@dataclass
class Sending(Answers):
    """Notes when the last attempt to send an answer will have ended."""

    world: World | None = None
    ends: float = 0

    def request(self, _method: str, url: str, *, body: bytes, **options: Any) -> Answers:
        """Take an answer."""
        assert self.world
        self.ends = self.world.clock() + options["timeout"].total
        return super().request(_method, url, body=body)


def test_time_for_the_slowest_call() -> None:
    """In the shortest time-out, a call that begins last and takes longest is still answered."""
    world = World(last_moment=SHORTEST * 0.7 - 0.1)
    answers = Sending(world=world)
    handler = provider.Handler(
        client=lambda: cast("Any", world),
        routes=lambda _: [answers],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=world.clock,
        sleep=lambda _: None,
        secrets_manager=lambda: world,  # type: ignore[arg-type, return-value]  # as much as is used
    )
    participants = properties(ParticipantPhoneNumbers=[SECRET, DRIVER])

    handler(event("Create", ResourceProperties=participants), Context(SHORTEST * 1000))

    assert answers.only["Status"] == "SUCCESS"
    assert 0.7 * SHORTEST + 12 < answers.ends < SHORTEST
