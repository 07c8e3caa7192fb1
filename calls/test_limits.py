"""The two clocks of a call: ringing, and the call limit."""

import time
from dataclasses import replace

from tests.telephony.scene import ALICE, OFFICE, PROXY, STRANGER, Scene

from calls.asterisk import ADDRESS, PORT, TONES, TRUNK, Asterisk
from calls.phone import Behaviour, Callee, Caller, heard_level
from calls.report import Report
from calls.sip_carrier import CALLER, SECOND_CALLER, answering
from chime_proxy_service.contact import Outcome
from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.session import Capability, Status

_ENGINE = (ADDRESS, PORT)
_PRECISE = 3


def test_calls_are_cut_at_their_limits(asterisk: Asterisk, report: Report) -> None:
    """A call that nobody takes rings for 45 seconds; one that nobody ends is cut after the limit."""
    scene = Scene()
    scene.service.create(
        CreateRequest(
            connector=scene.session.key.connector,
            participants=(STRANGER.number, OFFICE.number),
            capabilities=frozenset({Capability.VOICE}),
        )
    )
    settings = replace(asterisk.settings, call_limit_minutes=1)
    with (
        asterisk.restarted(settings),
        answering(scene, asterisk) as ended,
        Callee(*TRUNK) as callee,
        Caller(CALLER, _ENGINE) as talking,
        Caller(SECOND_CALLER, _ENGINE) as waiting,
    ):
        callee.behaviour = Behaviour("200 OK", hangs_up=False)
        started = time.monotonic()
        assert talking.call(ALICE.number, PROXY, {}) == 200
        callee.behaviour = Behaviour("")
        called = time.monotonic()
        status = waiting.call(STRANGER.number, PROXY, {}, patience=60)
        rung = time.monotonic() - called
        announced = heard_level(waiting, TONES[Outcome.NO_ANSWER])
        talking.follow(30)
        talked = time.monotonic() - started
        time.sleep(0.5)
        assert ended.report()

    text = f"- Nobody answered: {status} after {rung:.1f} s, its announcement at level {announced}."
    report.add("Ends", [text, f"- Nobody hung up, limit of a minute: cut after {talked:.1f} s."])
    assert status == 480
    assert abs(rung - 45) < _PRECISE
    assert announced > 0
    assert abs(talked - 60) < _PRECISE
    assert talking.messages[-1].method == "BYE"
    assert scene.status() is Status.OPEN
