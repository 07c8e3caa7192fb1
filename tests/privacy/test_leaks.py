import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import urllib3
from crhelper import CfnResource
from hypothesis import HealthCheck, Phase, given, settings
from tests.doubles import DRIVER, NOW, RIDER, Answers, event, properties, session
from tests.http_bucket import HttpBucket
from tests.privacy.outlet import Departed, serve
from tests.privacy.scenarios import Scenario, participant, scenarios
from tests.privacy.world import World

from chime_proxy_provider import handler as provider
from chime_proxy_provider import report
from chime_proxy_provider.cloudformation.response import Undelivered

SIGNATURE = "fivesecretsevenletters"


def leaks(scenario: Scenario, make: type[provider.Handler] = provider.Handler) -> list[str]:
    """What a handler lets out in a scenario."""
    return play(scenario, make)[1].holding(set(scenario.secrets), set(scenario.hidden))


def play(scenario: Scenario, make: type[provider.Handler]) -> tuple[str, Departed]:
    """How a scenario ends, and what left."""
    answers = Answers()
    departed = serve(scenario.world.handler(make, answers), scenario.event, answers.bodies)
    return _end(answers, departed), departed


def _end(answers: Answers, departed: Departed) -> str:
    if not answers.bodies:
        return "undelivered" if "not delivered" in str(departed.texts) else "unanswerable"
    answer = answers.only
    return str(answer["Reason"].split(":")[0] or answer["Status"])


ENDS = {
    "SUCCESS",
    "undelivered",
    "unanswerable",
    "InvalidRequest",
    "NotFound",
    "AccessDenied",
    "GeneralServiceException",
    "Throttling",
    "ServiceInternalError",
    "NetworkFailure",
    "InternalFailure",
}
MALFORMED = ("is binary", "not a JSON object", "no text in the field", "value read from")


def test_nothing_leaks() -> None:
    """Whatever happens, numbers and secrets leave in no text, and the hidden ones nowhere."""
    ends: set[str] = set()
    told: set[str] = set()

    @settings(
        max_examples=450,
        deadline=None,
        derandomize=True,
        database=None,
        # To make a failing world smaller takes minutes, and it is small enough.
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(scenarios())
    def check(scenario: Scenario) -> None:
        end, departed = play(scenario, provider.Handler)
        ends.add(end)
        told.update(words for words in MALFORMED if words in str(departed.texts))
        assert departed.holding(set(scenario.secrets), set(scenario.hidden)) == []

    check()

    assert ends >= ENDS
    assert told == set(MALFORMED)


def scenario(reveal: str | None = None) -> Scenario:
    """A Create that succeeds, the first participant's number read from a secret."""
    reference = participant("secret", 0, RIDER)
    declared = properties(
        ParticipantPhoneNumbers=[reference, DRIVER], RevealParticipantPhoneNumbers=reveal
    )
    described = session(CreatedTimestamp=NOW.isoformat(), UpdatedTimestamp=NOW.isoformat())
    return Scenario(
        event=event(
            "Create",
            ResponseURL=f"https://answers.invalid/put?X-Amz-Signature={SIGNATURE}",
            ResourceProperties=declared,
        ),
        world=World(session=described, stored={reference["SecretArn"]: RIDER}, chatter=""),
        secrets=frozenset({RIDER[1:], DRIVER[1:], SIGNATURE}),
        hidden=frozenset({RIDER[1:], SIGNATURE}),
    )


def _log(event: Mapping[str, Any]) -> None:
    logging.getLogger("careless").critical("%s", event)


def _debug(event: Mapping[str, Any]) -> None:
    logging.getLogger("crhelper.resource_helper").debug(event)


def _structured(event: Mapping[str, Any]) -> None:
    report.logger.info("received", extra={"participants": str(event)})


def _print(event: Mapping[str, Any]) -> None:
    print(json.dumps(event))


def _raise(event: Mapping[str, Any]) -> None:
    try:
        int(event["ResponseURL"])
    except ValueError:
        msg = "harmless"
        raise Undelivered(msg) from None


@pytest.mark.parametrize("leak", [_log, _debug, _structured, _print, _raise])
def test_planted_leak(leak: Callable[[Mapping[str, Any]], None]) -> None:
    """A handler that lets something out, by whatever way, is found out."""

    class Careless(provider.Handler):
        def __call__(self, event: Mapping[str, Any], context: Any) -> None:
            leak(event)
            super().__call__(event, context)

    assert leaks(scenario(), Careless)
    assert leaks(scenario()) == []


def test_planted_attribute() -> None:
    """A number shown among the attributes that should be hidden is found out."""
    assert leaks(scenario(reveal="true"))


@pytest.mark.parametrize("status", [200, 403, 503])
def test_nothing_leaks_on_the_way(status: int) -> None:
    """urllib3's own lines about the address, retries included, do not leave."""

    class Sending(provider.Handler):
        def __call__(self, event: Mapping[str, Any], context: Any) -> None:
            with urllib3.PoolManager() as pool:
                fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
                provider.Handler(**{**fields, "routes": lambda _: [pool]})(event, context)

    told = scenario()
    with HttpBucket(status).served(SIGNATURE) as url:
        departed = serve(
            told.world.handler(Sending, Answers()), {**told.event, "ResponseURL": url}, []
        )

    assert departed.holding(set(told.secrets), set()) == []
    assert bool(re.search("not delivered", str(departed.texts))) is (status != 200)


class _Unsent(CfnResource):
    """crhelper as it comes, but for its sender, which would try for ever."""

    def _send(self, *_: object) -> None: ...


def test_crhelper_would_leak() -> None:
    """Without being quieted crhelper writes the address down: the check looks where it must."""

    class Loud(provider.Handler):
        def __call__(self, event: Mapping[str, Any], context: Any) -> None:
            _Unsent(log_level="DEBUG")(dict(event), context)

    assert any(SIGNATURE in text for text in leaks(scenario(), Loud))
