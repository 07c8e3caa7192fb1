"""Drives the SIP adapter for the conformance test: phones on both sides of a real Asterisk."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Thread

from tests.telephony.carrier import Field, Received, Reply, Sent
from tests.telephony.conformance import SENTENCES
from tests.telephony.scene import Scene

from calls.asterisk import ADDRESS, PORT, TONES, TRUNK, Asterisk
from calls.message import Message
from calls.phone import EARLY, VOICE, Behaviour, Callee, Caller, Phone, heard_level
from calls.sound import decoded, level
from chime_proxy_service.contact import Outcome
from chime_proxy_service.handlers.ended_calls import EndedCalls
from chime_proxy_service.handlers.fast_agi import FastAgi
from chime_proxy_service.telephony.sip.calls import SipCalls

CALLER = "127.0.0.11"
SECOND_CALLER = "127.0.0.22"
_AUDIBLE = 1000
_FAINT = 300
_STATUS = {
    Outcome.COMPLETED: "200 OK",
    Outcome.BUSY: "486 Busy Here",
    Outcome.NO_ANSWER: "480 Temporarily Unavailable",
    Outcome.FAILED: "500 Server Internal Error",
}

SENDER_FIELDS = {
    "name": "{name} {canary}",
    "Alert-Info": "<http://{address}/{canary}.wav>",
    "Call-ID": "{canary}@{address}",
    "Call-Info": "<http://{address}/{canary}.png>;purpose=icon",
    "Contact": '"{name}" <sip:{number}@HOST;line={canary}>',
    "Diversion": '"{name}" <sip:{number}@{address}>;reason={canary}',
    "Geolocation": "<sip:{canary}@{address}>",
    "History-Info": "<sip:{number}@{address}?Reason={canary}>;index=1",
    "Identity": "e30.{token}.c2ln;info=<https://{address}/{number}>",
    "Organization": "{name} {canary}",
    "P-Access-Network-Info": "3GPP;cell={canary}",
    "P-Asserted-Identity": '"{name} {canary}" <sip:{number}@{address}>',
    "P-Charging-Vector": "icid-value={canary};orig-ioi={address}",
    "P-Preferred-Identity": '"{name} {canary}" <sip:{number}@{address}>',
    "Referred-By": "<sip:{number}@{address};cid={canary}>",
    "Remote-Party-ID": '"{name} {canary}" <sip:{number}@{address}>;party=calling',
    "Reply-To": '"{name}" <sip:{canary}@{address}>',
    "Subject": "{name} {canary}",
    "User-Agent": "{name} {canary}",
    "User-to-User": "{canary};encoding=ascii",
    "X-Original-Calling-Number": "{national} {canary}",
    "SDP a": "x-owner:{number} {canary}",
    "SDP i": "{name} {canary}",
    "SDP u": "http://{address}/{canary}",
    "SDP e": "{canary}@{address}",
    "SDP p": "{number} ({canary})",
    "SDP o": "{number}{canary}",
    "SDP s": "{name} {canary}",
}
RECIPIENT_FIELDS = {
    "Call-Info": "<http://{address}/{canary}.png>;purpose=icon",
    "Contact": '"{name}" <sip:{number}@HOST;line={canary}>',
    "Organization": "{name} {canary}",
    "P-Asserted-Identity": '"{name} {canary}" <sip:{number}@{address}>',
    "Reason": 'Q.850;cause=17;text="{number} {canary}"',
    "Remote-Party-ID": '"{name} {canary}" <sip:{number}@{address}>;party=called',
    "Server": "{name} {canary}",
    "Subject": "{name} {canary}",
    "Warning": '399 {address} "{number} {canary}"',
    "X-Account": "{canary}",
    "SDP a": "x-owner:{number} {canary}",
    "SDP i": "{name} {canary}",
    "SDP o": "{number}{canary}",
    "SDP s": "{name} {canary}",
}
# As Asterisk writes messages with this configuration. `Sentence` is an announcement that was heard.
ASKED_FOR = frozenset(
    {
        *("First line", "From number", "Sentence"),
        *("Via", "From", "To", "Contact", "Call-ID", "CSeq", "Max-Forwards"),
        *("Allow", "Supported", "Require", "Session-Expires", "Min-SE"),
        *("Content-Type", "Content-Length"),
        *(f"SDP {name}" for name in "vosctma"),
    }
)


@dataclass
class SipCarrier:
    """Drives an Asterisk that runs, for the service of one scene.

    Args:
        scene: the scene. Its service answers Asterisk.
        asterisk: the Asterisk.
        witness: is told what each side of each call received.
    """

    scene: Scene
    asterisk: Asterisk
    witness: Callable[[Received], object] = lambda _: None
    sender_fields: Mapping[str, str] = field(default_factory=lambda: SENDER_FIELDS)
    recipient_fields: Mapping[str, str] = field(default_factory=lambda: RECIPIENT_FIELDS)
    asked_for: frozenset[str] = ASKED_FOR

    def __post_init__(self) -> None:
        """Answer Asterisk, and stand ready on the trunk."""
        self._stack = ExitStack()
        self._ended = self._stack.enter_context(answering(self.scene, self.asterisk))
        self._callee = Callee(*TRUNK)
        self._ringing: list[Caller] = []

    def close(self) -> None:
        """End the calls that are up, and answer no more."""
        for caller in self._ringing:
            caller.hang_up()
            caller.close()
        self._callee.close()
        self._stack.close()

    def call(self, sent: Sent, reply: Reply) -> Received:
        """Make a call. The callee hangs up."""
        address = SECOND_CALLER if self._ringing else CALLER
        start = len(self._callee.messages)
        behaviour = Behaviour(
            _STATUS[reply.outcome], with_host(reply.fields, f"{TRUNK[0]}:{TRUNK[1]}")
        )
        self._callee.behaviour = behaviour
        with Caller(address, (ADDRESS, PORT)) as caller:
            status = caller.call(sent.sender, sent.proxy_phone_number, _of(sent, caller))
            if status == 200:
                caller.follow(2)
                assert heard_level(caller, VOICE) > _AUDIBLE, "the caller did not hear the callee"
            called = self._called(start)
            if called:
                self._report()
            return self._received(sent, caller, called)

    def ring(self, sent: Sent) -> Received:
        """Begin a call that is answered and goes on."""
        self._callee.behaviour = Behaviour("200 OK", hangs_up=False)
        caller = Caller(CALLER, (ADDRESS, PORT))
        caller.call(sent.sender, sent.proxy_phone_number, _of(sent, caller))
        self._ringing.append(caller)
        return self._received(sent, caller, self._called(0))

    def _called(self, start: int) -> Mapping[str, list[Message]]:
        time.sleep(0.1)
        return self._callee.received(start)

    def _received(
        self, sent: Sent, caller: Caller, called: Mapping[str, list[Message]]
    ) -> dict[str, list[Field]]:
        received = {number: _fields(messages) for number, messages in called.items()}
        for number in received:
            received[number] += _strange(self._callee, caller)
        received[sent.sender] = [
            *_fields(caller.messages),
            *_strange(caller, self._callee),
            *_sentences(caller),
        ]
        self.witness(received)
        return received

    def _report(self) -> None:
        """Record the end of a call once Asterisk has left it."""
        deadline = time.monotonic() + 2
        while not any(self.asterisk.ended_calls.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.05)
        self._ended.report()


@contextmanager
def answering(scene: Scene, asterisk: Asterisk) -> Iterator[EndedCalls]:
    """Let the service of a scene answer Asterisk."""
    calls = SipCalls(scene.switchboard, region="us-east-1")
    ended = EndedCalls(asterisk.ended_calls, calls.end)
    with FastAgi(asterisk.settings.agi_port, calls, ended) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield ended
        finally:
            server.shutdown()
            thread.join()


def with_host(fields: Mapping[str, str], host: str) -> dict[str, str]:
    """Fill in the address at which a phone can be reached."""
    return {name: text.replace("HOST", host) for name, text in fields.items()}


def _of(sent: Sent, caller: Caller) -> dict[str, str]:
    return with_host(sent.fields, caller.sip_address)


def _fields(messages: list[Message]) -> list[Field]:
    return [one for message in messages for one in message.fields()]


def _strange(phone: Phone, other: Phone) -> list[Field]:
    """Return what a phone has received of the other phone itself; nobody asks for it."""
    raw = bytes(phone.raw)
    own = (("Address", other.address), ("Session", other.session))
    found = [(f"{name} of the other side", text) for name, text in own if text.encode() in raw]
    if other.source in phone.sources:
        found.append(("Source of the other side's audio", ""))
    return found


def _sentences(caller: Caller) -> list[Field]:
    """Return the sentence whose tone a caller has heard, and the callee's sound before an answer."""
    heard = decoded(bytes(caller.heard))
    found = [("Sentence", SENTENCES[one]) for one in TONES if level(heard, TONES[one]) > _AUDIBLE]
    if level(heard, EARLY) > _FAINT:
        found.append(("Sound of the other side before its answer", ""))
    return found
