import json

from hypothesis import given
from tests.doubles import session
from tests.fuzz.effort import effort
from tests.fuzz.events import EVENTS
from tests.fuzz.json_values import Json
from tests.fuzz.judgement import assert_answered
from tests.fuzz.provider_run import Reply, bodies_of

_SESSION = json.dumps({"ProxySession": session()}, default=str).encode()


def _served(_operation: str) -> Reply:
    return Reply(body=_SESSION)


@effort(600)
@given(EVENTS)
def test_every_event_is_answered_once(event: Json) -> None:
    """An event that says where to answer is answered once and validly, any other never."""
    assert_answered(event, bodies_of(event, _served))
