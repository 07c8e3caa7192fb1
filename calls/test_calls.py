"""Calls between independent phones, on a service that is deployed on the local cloud."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.telephony.needles import Person, found
from tests.telephony.scene import ALICE, BOB, OFFICE, STRANGER

from calls.asterisk import ADDRESS, PORT, TONES, Asterisk
from calls.baresip import Baresip
from calls.deployed import Deployed, HostProcess
from calls.exchange import Exchange
from calls.phone import Caller, heard_level
from calls.report import Report
from calls.sound import level
from chime_proxy_service.contact import Refusal

ALICE_ADDRESS, BOB_ADDRESS, OFFICE_ADDRESS = "127.0.0.11", "127.0.0.22", "127.0.0.33"
STRANGE_ADDRESS = "127.0.0.66"
_AUDIBLE = 5000
_SILENT = 100


@pytest.fixture
def phones(tmp_path: Path) -> dict[str, Baresip]:
    """Three phones of baresip."""
    return {
        one.number: Baresip(tmp_path / str(hertz), one.number, one.name, address, hertz)
        for one, address, hertz in (
            (ALICE, ALICE_ADDRESS, 440),
            (BOB, BOB_ADDRESS, 1000),
            (OFFICE, OFFICE_ADDRESS, 1400),
        )
    }


@pytest.fixture
def exchange(phones: dict[str, Baresip]) -> Iterator[Exchange]:
    """A trunk that knows the phones."""
    with Exchange({number: (one.address, one.port) for number, one in phones.items()}) as made:
        yield made


def wait_until(is_true: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; return True if it became true."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def talk(
    phones: dict[str, Baresip], caller: Person, callee: Person, service: Deployed
) -> tuple[str, str, str]:
    """Let one phone call the other's proxy number; the status in the call, and both traces."""
    waiting = phones[callee.number].start(12)
    calling = phones[caller.number].start(6, service.outputs["Number"])
    time.sleep(3)
    status = service.status()
    return status, phones[caller.number].end(calling), phones[callee.number].end(waiting)


@pytest.mark.usefixtures("host", "exchange")
@pytest.mark.parametrize(("caller", "callee"), [(ALICE, BOB), (BOB, ALICE)])
def test_phones_hear_each_other_and_see_the_proxy_number(
    service: Deployed,
    phones: dict[str, Baresip],
    report: Report,
    caller: Person,
    callee: Person,
) -> None:
    """Each phone hears the other's tone, its log has nothing of the other, and the session is InProgress."""
    assert service.status() == "Open"

    status, *traces = talk(phones, caller, callee, service)

    assert status == "InProgress"
    assert wait_until(lambda: service.status() == "Open", 5), "the end of the call was lost"
    for person, other, trace in ((caller, callee, traces[0]), (callee, caller, traces[1])):
        heard = phones[person.number].heard()
        own, others = (phones[one.number].hertz for one in (person, other))
        levels = level(heard, own), level(heard, others)
        head = ["Phone", "Role", "Seconds heard", "Level of its own tone", "Level of the other's"]
        role = "caller" if person is caller else "callee"
        row = [person.number, role, round(len(heard) / 8000, 1), *levels]
        report.add_table("Baresip to baresip", head, [row])
        assert levels[1] > _AUDIBLE, trace[-3000:]
        assert levels[0] < _SILENT
        assert "SIP/2.0" in trace
        assert found([trace], [other], []) == []
        assert phones[other.number].address not in trace


@pytest.mark.usefixtures("host")
def test_stranger_hears_a_refusal(service: Deployed, report: Report) -> None:
    """A caller without a session hears the sentence for strangers."""
    with Caller(ALICE_ADDRESS, (ADDRESS, PORT)) as phone:
        status = phone.call(STRANGER.number, service.outputs["Number"], {})
        level_heard = heard_level(phone, TONES[Refusal.UNKNOWN])
    report.add("Refusals", [f"- A stranger: {status}, its announcement at level {level_heard}."])

    assert status == 404
    assert level_heard > _AUDIBLE


@pytest.mark.usefixtures("host")
def test_unknown_address_is_refused(service: Deployed, asterisk: Asterisk, report: Report) -> None:
    """Who is not the trunk gets no call, whatever number it claims; the service is not asked."""
    with Caller(STRANGE_ADDRESS, (ADDRESS, PORT)) as phone:
        status = phone.call(ALICE.number, service.outputs["Number"], {})
        assert [one.status for one in phone.messages] == [401]
    report.add("Refusals", [f"- An address that is not the trunk's: {status}, and no call."])

    assert "0 active channels" in asterisk.ask("core show channels")
    assert service.status() == "Open"


@pytest.mark.usefixtures("exchange")
def test_call_without_the_process_is_refused(
    service: Deployed, host: HostProcess, report: Report
) -> None:
    """If the process is down, the caller is told so, nobody's phone rings, and nothing is InProgress."""
    host.stop()
    try:
        with Caller(ALICE_ADDRESS, (ADDRESS, PORT)) as phone:
            status = phone.call(ALICE.number, service.outputs["Number"], {})
            level_heard = heard_level(phone, TONES[Refusal.UNAVAILABLE])
            raw = phone.raw.decode()
        assert service.status() == "Open"
    finally:
        host.start()
    text = f"- The process is down: {status}, its announcement at level {level_heard}."
    report.add("Refusals", [text])

    assert status == 503
    assert level_heard > _AUDIBLE
    assert found([raw], [BOB], []) == []


@pytest.mark.usefixtures("exchange")
def test_end_of_a_call_waits_for_the_process(
    service: Deployed,
    host: HostProcess,
    asterisk: Asterisk,
    phones: dict[str, Baresip],
    report: Report,
) -> None:
    """A call that ends while the process is down is recorded once it is up again."""
    waiting = phones[BOB.number].start(30)
    try:
        with Caller(ALICE_ADDRESS, (ADDRESS, PORT)) as phone:
            assert phone.call(ALICE.number, service.outputs["Number"], {}) == 200
            host.stop()
            phone.hang_up()
        assert wait_until(lambda: any(asterisk.ended_calls.iterdir()), 5)
        assert service.status() == "InProgress"
    finally:
        waiting.terminate()
        phones[BOB.number].end(waiting)
        host.start()
    started = time.monotonic()
    assert wait_until(lambda: service.status() == "Open", 10)
    seconds = round(time.monotonic() - started, 1)
    report.add(
        "Ends", [f"- The process was down at the end: recorded {seconds} s after its start."]
    )
    assert not any(asterisk.ended_calls.iterdir())


@pytest.mark.usefixtures("host", "exchange")
def test_expired_session_reaches_the_fallback_number(
    service: Deployed, phones: dict[str, Baresip], report: Report
) -> None:
    """The session closes at its expiry, and its calls reach the office, which sees the proxy number."""
    assert wait_until(lambda: service.status() == "Closed", 75)
    waiting = phones[OFFICE.number].start(12)

    calling = phones[ALICE.number].start(6, service.outputs["Number"])
    traces = [phones[ALICE.number].end(calling), phones[OFFICE.number].end(waiting)]

    heard = level(phones[ALICE.number].heard(), 1400), level(phones[OFFICE.number].heard(), 440)
    text = f"- After expiry Alice and the office heard each other at levels {heard[0]}, {heard[1]}."
    report.add("Ends", ["- The session was Closed within its expiry of a minute.", text])
    assert min(heard) > _AUDIBLE, traces
    assert found(traces[1:], [ALICE], []) == []
    assert found(traces[:1], [OFFICE], []) == []
    assert service.status() == "Closed"


def test_logs_have_no_number(host: HostProcess, asterisk: Asterisk) -> None:
    """Neither Asterisk's log nor the process's has a number or a name."""
    logs = [asterisk.log, host.log.read_text()]

    assert all(logs)
    assert found(logs, [ALICE, BOB, OFFICE, STRANGER], []) == []
