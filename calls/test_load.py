"""Many calls at once: what one host carries. The figures go to the report."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.asterisk import Asterisk, cpu_seconds
from calls.deployed import Deployed, HostProcess
from calls.report import Report
from calls.sipp import Load, SippCallee, SippCallers

_AT_ONCE = 100
_RATES = (5, 20, 40)
_SECONDS = 10
_RATE_HEAD = (
    "Calls a second",
    "Successful",
    "Failed",
    "Asterisk, ms of CPU a call",
    "The process, ms of CPU a call",
)


@pytest.fixture(scope="module")
def callers(service: Deployed) -> list[tuple[str, str]]:
    """Open a session for each of a hundred callers; their numbers, and the numbers they call."""
    pairs = [(f"+1913555{at:04}", f"+1514555{at:04}") for at in range(100, 100 + _AT_ONCE)]
    return [(caller, service.open_session([caller, callee])) for caller, callee in pairs]


@pytest.fixture
def callee(tmp_path: Path) -> Iterator[None]:
    """Answer every call on the trunk."""
    made = SippCallee(tmp_path)
    time.sleep(0.5)
    yield
    made.stop()


@dataclass
class Cpu:
    """The CPU time of both processes since the start of a measurement.

    Args:
        asterisk: one of them.
        host: the other.
    """

    asterisk: Asterisk
    host: HostProcess

    def start(self) -> None:
        """Start a measurement."""
        self._before = self._now()

    def used(self) -> tuple[float, float]:
        """Return the seconds of Asterisk and of the process."""
        now = self._now()
        return now[0] - self._before[0], now[1] - self._before[1]

    def _now(self) -> tuple[float, float]:
        return self.asterisk.cpu_seconds(), cpu_seconds(self.host.pid)


@pytest.fixture
def cpu(asterisk: Asterisk, host: HostProcess) -> Cpu:
    """Measure both processes."""
    return Cpu(asterisk, host)


def wait_for(is_true: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it did not become true.
    """
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.5)


@pytest.mark.usefixtures("callee")
def test_hundred_calls_talk_at_once(
    cpu: Cpu, callers: list[tuple[str, str]], report: Report, tmp_path: Path
) -> None:
    """A hundred calls are up together; each of both sides' channels receives and sends audio."""
    asterisk = cpu.asterisk
    load = Load(count=_AT_ONCE, rate=5, seconds=45, audio=True)
    calling = SippCallers(tmp_path, callers, load)
    wait_for(lambda: asterisk.channels() == 2 * _AT_ONCE, 60)
    started = time.monotonic()
    cpu.start()
    before = asterisk.audio_packets()
    time.sleep(_SECONDS)
    seconds, (engine, _) = time.monotonic() - started, cpu.used()
    after = asterisk.audio_packets()
    flows = [
        (now[0] - then[0], now[1] - then[1])
        for now, then in zip(after.values(), before.values(), strict=True)
    ]
    counts = calling.finish(90)

    share = round(100 * engine / seconds)
    fewest = min(min(flow) for flow in flows)
    text = (
        f"- {_AT_ONCE} calls at once with audio both ways, {counts.failed} failed. In "
        f"{seconds:.0f} s each of their {len(flows)} legs received and sent {fewest} packets or "
        f"more of about {seconds * 50:.0f}. Asterisk used {share} % of a core."
    )
    report.add("Load", [text, ""])
    assert counts.successful == _AT_ONCE
    assert len(flows) == 2 * _AT_ONCE
    assert fewest > seconds * 50 * 0.8


@pytest.mark.usefixtures("callee")
@pytest.mark.parametrize("rate", _RATES)
def test_calls_a_second(
    cpu: Cpu, callers: list[tuple[str, str]], report: Report, tmp_path: Path, rate: int
) -> None:
    """Calls of a second each; their rate, and the CPU time of a call."""
    wait_for(lambda: not any(cpu.asterisk.ended_calls.iterdir()), 30)
    load = Load(count=rate * _SECONDS, rate=rate, seconds=1)
    cpu.start()

    counts = SippCallers(tmp_path, callers, load).finish(60)

    each = [round(1000 * one / load.count, 1) for one in cpu.used()]
    report.add_table("Load", _RATE_HEAD, [[rate, counts.successful, counts.failed, *each]])
    if rate == _RATES[0]:
        assert counts.failed == 0
