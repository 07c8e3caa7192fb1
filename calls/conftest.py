"""An Asterisk for all tests, and what they need beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from calls.asterisk import Asterisk
from calls.sip_carrier import SipCarrier
from local.folder import ROOT
from tests.telephony.conformance import Drive
from tests.telephony.scene import Scene

FOLDER = ROOT / ".calls"
AGI_PORT = 4573


@pytest.fixture(scope="session")
def asterisk() -> Iterator[Asterisk]:
    """Start Asterisk once."""
    engine = Asterisk(Path(FOLDER, "asterisk"), AGI_PORT)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


@pytest.fixture
def drive(asterisk: Asterisk) -> Iterator[Drive]:
    """Make drivers, and end their calls."""
    made: list[SipCarrier] = []

    def drive(scene: Scene) -> SipCarrier:
        made.append(SipCarrier(scene, asterisk))
        return made[-1]

    yield drive
    for one in made:
        one.close()
