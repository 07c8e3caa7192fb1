"""An Asterisk for all tests, and what they need beside it."""

import signal
from collections.abc import Iterator

import pytest
from tests.telephony.conformance import Drive
from tests.telephony.scene import Scene

from calls.asterisk import Asterisk
from calls.deployed import Deployed, HostProcess, deployed
from calls.folder import ASTERISK, FOLDER, REPORT
from calls.report import Report
from calls.sip_carrier import SipCarrier

_AGI_PORT = 4573


@pytest.fixture(scope="session", autouse=True)
def report() -> Iterator[Report]:
    """Write the page at the end, whatever happens; an ended run ends all that it started."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("The run was ended"))
    page = Report(REPORT)
    yield page
    page.write()


@pytest.fixture(scope="session")
def asterisk(report: Report) -> Iterator[Asterisk]:
    """Start Asterisk once."""
    engine = Asterisk(ASTERISK, _AGI_PORT)
    try:
        engine.start()
        report.add("Programs", [f"- {engine.version()}"])
        yield engine
    finally:
        engine.stop()


@pytest.fixture(scope="session")
def service() -> Iterator[Deployed]:
    """Deploy the service and a session of Alice and Bob."""
    with deployed() as made:
        yield made


# One process at a time answers Asterisk: the other modules answer by themselves.
@pytest.fixture(scope="module")
def host(asterisk: Asterisk, service: Deployed) -> Iterator[HostProcess]:
    """Start the process beside Asterisk, with the permissions of the example."""
    settings = asterisk.settings_for(service.outputs["Table"])
    process = HostProcess(settings, service.host_credentials, FOLDER / "host.toml")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def drive(asterisk: Asterisk, report: Report, request: pytest.FixtureRequest) -> Iterator[Drive]:
    """Make drivers, and end their calls."""
    made: list[SipCarrier] = []

    def drive(scene: Scene) -> SipCarrier:
        name = request.node.name.removeprefix("test_").replace("_", " ")
        made.append(SipCarrier(scene, asterisk, lambda seen: report.witness(name, seen)))
        return made[-1]

    yield drive
    for one in made:
        one.close()
