"""The search that the conformance test relies on finds what was planted, and nothing else."""

import base64
import json
from dataclasses import replace

import pytest
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY, Scene

from chime_proxy_service import records
from chime_proxy_service.contact import Contact, Refusal
from chime_proxy_service.handlers.events import detail
from chime_proxy_service.session import Capability

TOKEN = base64.urlsafe_b64encode(b'{"orig":{"tn":"14155550142"}}').decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "+14155550142",
        "14155550142",
        "4155550142",
        "555-0142",
        "415-555-0142",
        "(415) 555-0142",
        "415.555.0142",
        "1 415 555 0142",
        "00 1 415 5550142",
        "4 1 5, 5 5 5, 0 1 4 2",
        "tel:+1-415-555-0142",
        '"Somebody" <sip:+14155550142@192.0.2.1;user=phone>',
        "%2B14155550142",
        "%2B1%20415%20555%200142",
        "%252B1%2520415%2520555%25200142",
        "+1&#x20;415&#32;5550142",
        f"eyJhbGciOiJFUzI1NiJ9.{TOKEN}.c2ln",
    ],
)
def test_number_is_found_in_every_notation(text: str) -> None:
    """However a number is written, it is the person's."""
    assert found([text], [BOB, ALICE], []) == ["number of person 1"]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('"Alice"', "name of person 0"),
        ("From: QUILLFEATHER, A.", "name of person 0"),
        ("alice%20quillfeather", "name of person 0"),
        ("c=IN IP4 phone-a.alicehome.example", "address of person 0"),
        ("X-Account: Canary000012x", "canary canary000012x"),
    ],
)
def test_names_addresses_and_canaries_are_found(text: str, finding: str) -> None:
    """In other letters, encoded, or in the middle of something else."""
    assert finding in found([text], [ALICE], ["canary000012x"])


def test_what_is_nobodys_is_not_found() -> None:
    """The proxy number, another person, and other canaries are no findings."""
    texts = [PROXY, BOB.number, BOB.name, "canary000013x", "2030-01-01T00:00:00.000Z"]

    assert found(texts, [ALICE], ["canary000012x"]) == []


def test_number_that_is_planted_in_an_event_is_found() -> None:
    """An event with the sender's number in the place of the reference would be noticed."""
    contact = Contact(
        region="us-east-1",
        sender=ALICE.number,
        proxy_phone_number=PROXY,
        capability=Capability.VOICE,
        contact_id="CA1",
    )
    record = records.answered(contact, Refusal.BUSY)
    assert found([json.dumps(detail(record))], [ALICE], []) == []

    planted = replace(record, reference=contact.sender)

    assert found([json.dumps(detail(planted))], [ALICE], []) == ["number of person 0"]


def test_two_people_of_the_scene_are_told_apart() -> None:
    """Nobody's number, name or address is part of another's, or of the proxy number."""
    scene = Scene()

    assert scene.session.proxy_phone_number == PROXY
    assert found([BOB.number, BOB.name, BOB.address, PROXY], [ALICE], []) == []
