"""TLS and SRTP on both sides of the trunk."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY, Scene

from calls.asterisk import ADDRESS, TRUNK, Asterisk
from calls.baresip import Baresip
from calls.report import Report
from calls.sip_carrier import answering
from calls.sound import level
from chime_proxy_service.telephony.sip.settings import Transport

_CALLER = "127.0.0.11"
_AUDIBLE = 5000


@dataclass(frozen=True)
class Certificate:
    """A certificate for all addresses of this test, signed by itself.

    Args:
        folder: its files.
    """

    folder: Path

    def make(self) -> str:
        """Make it; return certificate and key."""
        names = ",".join(f"IP:{one}" for one in (ADDRESS, TRUNK[0], _CALLER))
        options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=calls"]
        files = ["-keyout", "key.pem", "-out", "certificate.pem"]
        subprocess.run(
            ["openssl", "req", *options, *files, "-addext", f"subjectAltName={names}"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        both = [(self.folder / name).read_text() for name in ("certificate.pem", "key.pem")]
        self.both.write_text("".join(both))
        return self.both.read_text()

    @property
    def both(self) -> Path:
        """The file with certificate and key."""
        return self.folder / "both.pem"


@pytest.fixture
def certificate(asterisk: Asterisk, tmp_path: Path) -> Iterator[Path]:
    """Run Asterisk with TLS; the phones' certificate."""
    made = Certificate(tmp_path)
    file = asterisk.keep("both.pem", made.make())
    settings = replace(
        asterisk.settings,
        transport=Transport.TLS,
        trunk_addresses=(*asterisk.settings.trunk_addresses, ADDRESS),
        certificate=file,
        private_key=file,
        trunk_authorities=file,
    )
    with asterisk.restarted(settings):
        yield made.both


def test_encrypted_call_is_heard_on_both_sides(
    asterisk: Asterisk, certificate: Path, report: Report, tmp_path: Path
) -> None:
    """Phones that take TLS and SRTP alone hear each other, and see the proxy number."""
    alice = Baresip(tmp_path / "a", ALICE.number, ALICE.name, _CALLER, 440, 5071, certificate)
    bob = Baresip(tmp_path / "b", BOB.number, BOB.name, TRUNK[0], 1000, TRUNK[1] - 1, certificate)
    with answering(Scene(), asterisk):
        waiting = bob.start(12)
        calling = alice.start(6, PROXY)
        traces = [alice.end(calling), bob.end(waiting)]
    heard = level(alice.heard(), 1000), level(bob.heard(), 440)

    report.add(
        "Encryption", [f"- By TLS and SRTP the tones arrive at levels {heard[0]}, {heard[1]}."]
    )
    assert min(heard) > _AUDIBLE, traces
    assert all("SIP/2.0/TLS" in trace and "RTP/SAVP" in trace for trace in traces)
    assert found(traces[1:], [ALICE], []) == []
    assert found(traces[:1], [BOB], []) == []
