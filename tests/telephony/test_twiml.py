"""The webhook's own rules, beside what every adapter has to keep."""

import shlex
from datetime import timedelta
from string import Template
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from tests.docs.page import Page
from tests.folders import ROOT
from tests.telephony.carrier import Reply, Sent
from tests.telephony.scene import ALICE, BOB, PROXY, STRANGER, Scene
from tests.telephony.twiml_carrier import HOST, SECRET, TwimlCarrier
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.contact import Outcome
from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.handlers.signature import Signature
from chime_proxy_service.handlers.webhook import SignedWebhook
from chime_proxy_service.records import ContactRecord, Stage
from chime_proxy_service.session import Status
from chime_proxy_service.telephony.twiml import TwimlWebhook

URL = "https://webhook.example/call"
CALL = {"CallSid": "CA1", "From": ALICE.number, "To": PROXY}
TEXT = {"MessageSid": "SM1", "From": ALICE.number, "To": PROXY, "Body": "hello"}


@pytest.fixture
def scene() -> Scene:
    """A session of two people."""
    return Scene()


def carrier(scene: Scene, language: str = "en-US", reports: int = 1) -> TwimlCarrier:
    """A carrier that asks the webhook of a scene."""
    webhook = TwimlWebhook(scene.switchboard, region="us-east-1", language=language)
    return TwimlCarrier(webhook, reports=reports)


def stages(scene: Scene) -> list[Stage]:
    """The stages of the recorded contacts."""
    return [one.stage for one in scene.records if isinstance(one, ContactRecord)]


def test_call_is_what_the_carriers_own_package_would_write(scene: Scene) -> None:
    """The package builds the same TwiML, so every attribute is one that the carrier knows."""
    expected = VoiceResponse()
    dial = expected.dial(
        caller_id=PROXY, answer_on_bridge=True, timeout=45, time_limit=14355, action="call-ended"
    )
    dial.number(BOB.number)

    _, body = carrier(scene).ask("/call", CALL)

    assert canonical(body) == canonical(str(expected))


def test_text_is_what_the_carriers_own_package_would_write(scene: Scene) -> None:
    """The same of a text with a picture."""
    expected = MessagingResponse()
    message = expected.message(to=BOB.number, from_=PROXY, status_callback="text-status?text=SM1")
    message.body("hello")
    message.media("https://media.example/1")

    _, body = carrier(scene).ask("/text", TEXT | {"MediaUrl0": "https://media.example/1"})

    assert canonical(body) == canonical(str(expected))


def canonical(xml: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the elements in order, with sorted attributes."""
    return [
        (one.tag, one.text or "", sorted(one.attrib.items()))
        for one in fromstring(xml).iter()  # noqa: S314 - our own answer
    ]


def test_webhooks_that_come_three_times_do_nothing_twice(scene: Scene) -> None:
    """Each request repeated: one call, one text, each recorded once, and the same answers."""
    asking = carrier(scene, reports=3)
    asking.call(Sent(ALICE.number, PROXY, {}, "CA1"), Reply(Outcome.COMPLETED))
    assert stages(scene) == [Stage.CONNECTED, Stage.ENDED]

    answers = {asking.ask("/text", TEXT) for _ in range(3)}

    assert len(answers) == 1
    assert stages(scene)[2:] == [Stage.CONNECTED]


def test_status_callback_ends_a_call_whose_dial_reported_nothing(scene: Scene) -> None:
    """The number's own status callback is enough to end a call."""
    asking = carrier(scene)
    asking.ask("/call", CALL)
    assert scene.status() is Status.IN_PROGRESS

    for status in ("ringing", "answered", "in-progress"):
        asking.ask("/call-status", CALL | {"CallStatus": status})
        assert scene.status() is Status.IN_PROGRESS
    asking.ask("/call-status", CALL | {"CallStatus": "completed", "CallDuration": "61"})

    assert scene.status() is Status.OPEN
    ended = scene.records[-1]
    assert isinstance(ended, ContactRecord)
    assert ended.duration == timedelta(seconds=61)


def test_caller_who_hung_up_before_the_answer_leaves_no_call(scene: Scene) -> None:
    """The status callback may overtake the request about the call."""
    asking = carrier(scene)
    asking.ask("/call-status", CALL | {"CallStatus": "completed"})

    asking.ask("/call", CALL)

    assert scene.status() is Status.OPEN


@pytest.mark.parametrize("word", ["STOP", " stop\n", "Unsubscribe", "END"])
def test_opt_out_word_is_not_forwarded(scene: Scene, word: str) -> None:
    """A word that the carrier itself acts on reaches nobody and is no contact."""
    _, body = carrier(scene).ask("/text", TEXT | {"Body": word})

    assert body == "<Response />"
    assert stages(scene) == []


def test_text_that_the_carrier_took_for_an_opt_out_is_not_forwarded(scene: Scene) -> None:
    """The carrier's own mark counts, whatever the language of the word."""
    _, body = carrier(scene).ask("/text", TEXT | {"Body": "ARRET", "OptOutType": "STOP"})

    assert body == "<Response />"


def test_sentence_with_an_opt_out_word_is_forwarded(scene: Scene) -> None:
    """Only the word alone is an opt-out."""
    _, body = carrier(scene).ask("/text", TEXT | {"Body": "Please stop here"})

    assert "Please stop here" in body


def test_characters_that_no_xml_can_have_are_left_out(scene: Scene) -> None:
    """A text with control characters arrives without them."""
    _, body = carrier(scene).ask("/text", TEXT | {"Body": "a\x00b\x0b\ufffe\U0001f600"})

    assert canonical(body)[2][1] == "ab\U0001f600"


def test_ten_pictures_of_a_text_are_passed_on(scene: Scene) -> None:
    """Ten are the most that the carrier takes in one text."""
    pictures = {f"MediaUrl{place}": f"https://media.example/{place}" for place in range(10)}

    _, body = carrier(scene).ask("/text", TEXT | pictures)

    assert [text for tag, text, _ in canonical(body) if tag == "Media"] == [*pictures.values()]


def test_address_of_a_picture_is_xml_whatever_it_has(scene: Scene) -> None:
    """Control characters in it make no answer that the carrier cannot read."""
    address = "https://media.example/1?a=1&b=\x01<2"

    _, body = carrier(scene).ask("/text", TEXT | {"MediaUrl0": address})

    assert canonical(body)[3][1] == "https://media.example/1?a=1&b=<2"


@pytest.mark.parametrize(("status", "count"), [("sent", 0), ("delivered", 1), ("undelivered", 1)])
def test_delivery_of_a_text_is_recorded_at_its_end(scene: Scene, status: str, count: int) -> None:
    """A delivery report has the outcome and the session of the text; what is no end is passed over."""
    asking = carrier(scene)
    asking.ask("/text", TEXT)
    report = {"MessageSid": "SM2", "From": PROXY, "To": BOB.number, "MessageStatus": status}

    asking.ask("/text-status?text=SM1", report)

    ends = [one for one in scene.records if getattr(one, "stage", None) is Stage.ENDED]
    assert [one.session for one in ends] == [scene.session.key] * count


def test_refusal_is_in_the_language_of_the_service(scene: Scene) -> None:
    """The announcement and its language are those of the setting."""
    _, body = carrier(scene, "es-US").ask("/call", CALL | {"From": STRANGER.number})

    assert 'language="es-US"' in body
    assert "Desde su teléfono" in body


@pytest.mark.parametrize("path", ["/call", "/call-ended", "/call-status", "/text", "/text-status"])
def test_every_path_of_the_api_is_answered(scene: Scene, path: str) -> None:
    """Even a request without any parameters is answered on each path."""
    status, body = carrier(scene).ask(path, {})

    assert status == 200
    assert fromstring(body).tag == "Response"  # noqa: S314 - our own answer


def test_unknown_path_is_not_found(scene: Scene) -> None:
    """A signed request for no action is answered with 404."""
    assert carrier(scene).ask("/", CALL) == (404, "")


def test_signature_for_another_host_is_refused(scene: Scene) -> None:
    """A request that was signed for another address is no request to this one."""
    assert carrier(scene).ask("/call", CALL, host="other.example") == (403, "")
    assert scene.status() is Status.OPEN


def test_body_that_is_no_text_is_refused_as_forged(scene: Scene) -> None:
    """Bytes that no carrier sends are answered as any request without its signature."""
    event = lambda_event(http_request("POST", "/call", [("X-Twilio-Signature", "x")], b"\xff"))
    webhook = TwimlWebhook(scene.switchboard, region="us-east-1", language="en-US")
    refused: list[None] = []
    signed_webhook = SignedWebhook(
        webhook, Signature(lambda: SECRET), refused=lambda: refused.append(None)
    )

    assert signed_webhook.answer(event)["statusCode"] == 403
    assert len(refused) == 1


def test_end_that_could_not_be_recorded_is_to_be_reported_again(scene: Scene) -> None:
    """A table that cannot decide makes the answer to a report of an end a 503."""
    asking = carrier(scene)
    asking.ask("/call", CALL)

    def fail(_: object) -> None:
        msg = "busy"
        raise UnavailableError(msg)

    scene.service.end_call = fail  # type: ignore[method-assign, assignment]

    assert asking.ask("/call-ended", CALL | {"DialCallStatus": "completed"}) == (503, "")


class Recorder:
    """A client of the carrier's API that sends nothing."""

    def __init__(self) -> None:
        """Begin without requests."""
        self.requests: list[tuple[str, str, Any]] = []

    def request(self, method: str, url: str, *_: Any, data: Any = None, **__: Any) -> Response:
        """Keep a request."""
        self.requests.append((method, url, data))
        return Response(200, "{}")


def test_command_of_the_page_asks_as_the_carriers_package_does() -> None:
    """The command of docs/calls.md sets up a number by the request that Twilio's package sends."""
    blocks = Page(ROOT / "docs" / "calls.md").blocks()
    (command,) = [
        one.code for one in blocks if one.test.startswith("tests/telephony/test_twiml.py")
    ]
    names = {"ACCOUNT_SID": "AC1", "AUTH_TOKEN": "t", "NUMBER_SID": "PN1"}
    names |= {f"{one}_URL": f"https://{HOST}/{one}" for one in ("CALL", "TEXT", "STATUS")}
    words = shlex.split(Template(command.replace("\\\n", " ")).substitute(names))
    recorder = Recorder()

    Client("AC1", "t", http_client=recorder).incoming_phone_numbers("PN1").update(
        voice_url=names["CALL_URL"],
        voice_method="POST",
        sms_url=names["TEXT_URL"],
        sms_method="POST",
        status_callback=names["STATUS_URL"],
        status_callback_method="POST",
    )

    ((method, url, data),) = recorder.requests
    fields = [words[place + 1] for place, one in enumerate(words) if one == "--data-urlencode"]
    assert words[:4] == ["curl", "--fail", "--user", "AC1:t"]
    assert (method, url) == ("POST", words[4])
    assert data == dict(one.split("=", 1) for one in fields)


def signed(form: dict[str, str], secret: str = SECRET, algorithm: str = "") -> dict[str, str]:
    """Return the headers of a signed request."""
    signature = RequestValidator(secret).compute_signature(URL, form, algorithm or None)
    headers = {"x-twilio-signature": signature}
    if algorithm:
        settings = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
        headers["x-twilio-webhooks-signature-settings"] = settings
    return headers


@pytest.mark.parametrize("algorithm", ["", "HMAC_SHA1", "HMAC_SHA256"])
def test_signatures_of_the_carriers_algorithms_are_valid(algorithm: str) -> None:
    """The carrier's package signs, and the check takes it."""
    check = Signature(lambda: SECRET)

    assert check.is_valid(URL, CALL, signed(CALL, algorithm=algorithm))
    assert not check.is_valid(URL, CALL | {"From": BOB.number}, signed(CALL, algorithm=algorithm))
    assert not check.is_valid(f"{URL}?x=1", CALL, signed(CALL, algorithm=algorithm))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-twilio-signature": ""},
        {"x-twilio-signature": "x"},
        {
            "x-twilio-signature": "x",
            "x-twilio-webhooks-signature-settings": "algorithm=+14155550142",
        },
    ],
)
def test_request_without_a_valid_signature_is_refused_silently(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that a stranger wrote into a header is logged."""
    assert not Signature(lambda: SECRET).is_valid(URL, CALL, headers)
    assert caplog.records == []


def test_exchanged_secret_is_read_again_once_a_minute() -> None:
    """A secret that was exchanged counts from the next request on; forged requests read it rarely."""
    secrets, reads, now = ["old"], [0], [0.0]

    def read() -> str:
        reads[0] += 1
        return secrets[0]

    check = Signature(read, now=lambda: now[0])
    assert check.is_valid(URL, CALL, signed(CALL, "old"))
    secrets[0] = "new"
    assert not check.is_valid(URL, CALL, signed(CALL, "new"))
    now[0] = 60
    assert check.is_valid(URL, CALL, signed(CALL, "new"))
    for _ in range(5):
        assert not check.is_valid(URL, CALL, signed(CALL, "forged"))
    assert reads == [2]


def test_empty_secret_signs_nothing() -> None:
    """A secret without a value does not make everybody the carrier."""
    assert not Signature(lambda: "").is_valid(URL, CALL, signed(CALL, ""))
