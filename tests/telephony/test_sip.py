import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.telephony.scene import ALICE, BOB, OFFICE, PROXY, STRANGER, Scene
from tests.telephony.sip_host import SETTINGS, TLS

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.records import ContactRecord
from chime_proxy_service.session import Status
from chime_proxy_service.telephony.announcements import ANNOUNCEMENTS
from chime_proxy_service.telephony.sip import agi
from chime_proxy_service.telephony.sip.calls import SipCalls, announcement
from chime_proxy_service.telephony.sip.configuration import CAUSES, configuration
from chime_proxy_service.telephony.sip.settings import SipSettings

EXAMPLE = Path(__file__).parents[2] / "examples" / "sip-trunk"
CALL = f"1767225600.4,{ALICE.number},{PROXY},session"


@pytest.fixture
def scene() -> Scene:
    """Alice and Bob have a session."""
    return Scene(fallback=OFFICE.number)


@pytest.fixture
def calls(scene: Scene) -> SipCalls:
    """The calls of their trunk."""
    return SipCalls(scene.switchboard, region="us-east-1")


def asked(sender: str) -> dict[str, str]:
    """The fields of Asterisk's request."""
    return {"uniqueid": "1767225600.4", "callerid": sender, "extension": PROXY}


def files(settings: dict[str, Any]) -> dict[str, str]:
    """Asterisk's configuration."""
    return dict(configuration(SipSettings.read(settings)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"trunk": "trunk.example"}, "trunk must be a host and a port"),
        ({"trunk": "trunk.example:5060\nmatch=0.0.0.0/0"}, "trunk must be"),
        ({"trunk_addresses": []}, "trunk_addresses must be a list of IP addresses or networks"),
        ({"trunk_addresses": "192.0.2.1"}, "trunk_addresses must be"),
        ({"trunk_addresses": ["trunk.example"]}, "trunk_addresses must be"),
        ({"trunk_addresses": ["0.0.0.0/0"]}, "not all of the Internet"),
        ({"trunk_addresses": ["::/0"]}, "not all of the Internet"),
        ({"transport": "sctp"}, "transport must be tls, tcp or udp"),
        ({"address": "host.example"}, "address must be an IP address"),
        ({"port": 0}, "port must be a port, 1 to 65535"),
        ({"port": True}, "port must be"),
        ({"rtp_ports": [20000, 10000]}, "rtp_ports must be a list of the first and the last port"),
        ({"announcements": "here"}, "announcements must be an absolute path"),
        ({"ended_calls": "/var/x,y"}, "ended_calls must be an absolute path of letters"),
        ({"call_limit_minutes": 721}, "call_limit_minutes must be 1 to 720"),
        ({"table": ""}, "table must be a text that is not empty"),
        ({"tabel": "sessions"}, "tabel is no setting; use region, table"),
        ({"transport": "tls"}, "private_key is needed with transport tls"),
    ],
)
def test_wrong_setting_is_named_with_what_is_allowed(changed: dict[str, Any], message: str) -> None:
    """The message has the setting's name and what may be there."""
    with pytest.raises(ValueError, match=message):
        SipSettings.read(SETTINGS | changed)


def test_all_wrong_settings_are_named_at_once() -> None:
    """Each line of the message is one problem."""
    wrong = {name: value for name, value in SETTINGS.items() if name != "region"} | {"port": 0}

    with pytest.raises(ValueError, match="region is missing\nport must be"):
        SipSettings.read(wrong)


def test_defaults_are_those_of_the_documentation() -> None:
    """Four hours, and FastAGI's port."""
    settings = SipSettings.read(SETTINGS)

    assert settings.call_limit == timedelta(hours=4)
    assert settings.agi_port == 4573


def test_only_the_trunk_is_known_and_by_its_addresses_alone() -> None:
    """Nothing of a caller's message makes it the trunk, and nobody else has an endpoint."""
    made = files(SETTINGS)

    assert "endpoint_identifier_order=ip\n" in made["pjsip.conf"]
    assert "match=192.0.2.0/24\nmatch=198.51.100.7\n" in made["pjsip.conf"]
    assert made["pjsip.conf"].count("type=endpoint\n") == 1
    for module in ("identifier_anonymous", "identifier_user", "pjsip_refer", "pjsip_diversion"):
        assert f"{module}.so" not in made["modules.conf"]


def test_tls_encrypts_audio_and_checks_the_trunk() -> None:
    """With TLS comes SRTP; the trunk's certificate is checked."""
    made = files(TLS)["pjsip.conf"]

    assert "media_encryption=sdes\n" in made
    assert "verify_server=yes\n" in made
    assert "cert_file=/etc/chime-proxy/host.pem\n" in made
    assert "external_media_address=203.0.113.9\n" in made
    assert "contact=sip:trunk.example:5060\\;transport=tls\n" in made


def test_udp_has_neither_certificate_nor_encryption() -> None:
    """Without TLS a key for SRTP would be sent in the clear."""
    made = files(SETTINGS)["pjsip.conf"]

    assert "media_encryption=no\n" in made
    assert "cert_file" not in made


def test_call_is_cut_before_it_counts_as_ended() -> None:
    """Asterisk's clock of a call starts before the service's."""
    lines = files(SETTINGS | {"call_limit_minutes": 60})["extensions.conf"].splitlines()
    limit = next(place for place, line in enumerate(lines) if "TIMEOUT(absolute)=3600)" in line)
    question = next(
        place for place, line in enumerate(lines) if "AGI(agi://127.0.0.1:4573)" in line
    )

    assert limit < question


def test_every_refusal_and_outcome_has_a_recording_and_a_cause() -> None:
    """Whatever the service or a phone answers, the dialplan has a way to say it."""
    made = files(SETTINGS)["extensions.conf"]

    for occasion in ANNOUNCEMENTS["en-US"]:
        assert f"exten => {announcement(occasion)},1,Gosub(announcement" in made
    names = [announcement(one) for one in CAUSES]
    assert len(names) == len(set(names))


def test_request_of_asterisk_is_read_up_to_its_empty_line() -> None:
    """The fields lose their prefix; a name with a colon in it is no trouble."""
    lines = ["agi_callerid: +14155550142\n", "agi_calleridname: A: B\n", "\n", "agi_x: 1\n"]

    assert agi.fields_of(lines) == {"callerid": "+14155550142", "calleridname": "A: B"}


def test_connected_call_is_told_whom_to_dial(scene: Scene, calls: SipCalls) -> None:
    """The recipient comes last: without it Asterisk dials nobody."""
    variables = calls.connect(asked(ALICE.number))

    assert variables == {"CALL": CALL, "SHOWN_NUMBER": PROXY, "RECIPIENT": BOB.number}
    assert list(variables)[-1] == "RECIPIENT"
    assert scene.status() is Status.IN_PROGRESS


@pytest.mark.parametrize("sender", [STRANGER.number, "anonymous", "4155550142", ""])
def test_stranger_is_told_nothing_but_the_refusal(calls: SipCalls, sender: str) -> None:
    """A refusal has the name of its recording alone."""
    assert calls.connect(asked(sender)) == {"REFUSAL": "unknown"}


def test_second_call_is_busy(calls: SipCalls) -> None:
    """While a call is up, the other participant's call is refused."""
    calls.connect(asked(ALICE.number))

    refused = calls.connect(asked(BOB.number) | {"uniqueid": "1767225600.9"})

    assert refused == {"REFUSAL": announcement(Refusal.BUSY)}


@pytest.mark.parametrize(
    ("status", "seconds", "outcome"),
    [
        ("ANSWER", "61", Outcome.COMPLETED),
        ("BUSY", "", Outcome.BUSY),
        ("NOANSWER", "", Outcome.NO_ANSWER),
        ("CANCEL", "", Outcome.NO_ANSWER),
        ("", "", Outcome.NO_ANSWER),
        ("CHANUNAVAIL", "", Outcome.FAILED),
        ("CONGESTION", "", Outcome.FAILED),
    ],
)
def test_end_has_the_outcome_of_asterisks_status(
    scene: Scene, calls: SipCalls, status: str, seconds: str, outcome: Outcome
) -> None:
    """The session is Open again; the record has outcome and duration."""
    calls.connect(asked(ALICE.number))

    calls.end(f"{CALL},{status},{seconds},end")

    ended = scene.records[-1]
    assert isinstance(ended, ContactRecord)
    assert ended.outcome is outcome
    assert ended.duration == (timedelta(seconds=61) if seconds else None)
    assert scene.status() is Status.OPEN


def test_end_of_a_call_to_the_fallback_number_is_recorded(scene: Scene, calls: SipCalls) -> None:
    """Such a call has no session, and ends all the same."""
    scene.expire()
    call = calls.connect(asked(ALICE.number))["CALL"]

    calls.end(f"{call},ANSWER,5,end")

    assert call.endswith(",fallback")
    ended = scene.records[-1]
    assert isinstance(ended, ContactRecord)
    assert (ended.session, ended.outcome) == (None, Outcome.COMPLETED)


@pytest.mark.parametrize("line", ["", "end", f"{CALL},ANSWER,x,end", f"{CALL},ANSWER,1,end\nmore"])
def test_line_of_another_form_is_no_end(calls: SipCalls, line: str) -> None:
    """A line of another form is refused, without a word of it in the message."""
    with pytest.raises(ValueError, match=r"^This is no end of a call$"):
        calls.end(line)


def test_example_is_a_host_with_a_voice_connector() -> None:
    """The settings of the example are right, and encrypt signalling and audio."""
    content = tomllib.loads((EXAMPLE / "settings.toml").read_text())

    made = files(content)

    assert "media_encryption=sdes\n" in made["pjsip.conf"]


def test_example_permits_what_the_webhook_may_do() -> None:
    """The host's policy has the three actions on the table that contacts need."""
    (statement,) = json.loads((EXAMPLE / "policy.json").read_text())["Statement"]

    assert statement["Action"] == ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    assert statement["Resource"] == "TABLE_ARN"


def test_statuses_of_the_example_are_those_of_the_causes() -> None:
    """The page has a row for each recording, with the status that Asterisk makes of its cause."""
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\|.*\| (\d{3}) \| `(\w+)` \|$", page, re.MULTILINE))
    statuses = {1: "404", 17: "486", 19: "480", 21: "403", 22: "410", 38: "500", 42: "503"}

    causes = {announcement(one): statuses[cause] for one, cause in CAUSES.items()}
    del causes["ended"]  # a call has no other question after its end

    assert {name: status for status, name in rows.items()} == causes
