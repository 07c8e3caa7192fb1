import json
import re
from typing import Any

from hypothesis import given
from tests.fuzz.api_replies import REPLIES, Replies, in_turn
from tests.fuzz.effort import effort
from tests.fuzz.events import SENT_EVENTS
from tests.fuzz.judgement import assert_answered
from tests.fuzz.provider_run import bodies_of

_FICTIONAL_NUMBER = re.compile("(206|312|401|913)55501[0-9]{2}")


@effort(250)
@given(SENT_EVENTS, REPLIES)
def test_every_reply_gets_one_valid_answer(event: dict[str, Any], replies: Replies) -> None:
    """Whatever the API replies, there is one valid answer, and no phone number in its reason."""
    bodies = bodies_of(event, in_turn(replies))

    assert_answered(event, bodies)
    digits = re.sub("[^0-9]", "", json.loads(bodies[0])["Reason"])
    assert not _FICTIONAL_NUMBER.search(digits)
