from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from tests.local.checkout import Checkout
from tests.local.running_cloud import RunningCloud

from chime_proxy_local.command import process
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.faults.control import current_fault, switch_fault
from chime_proxy_local.faults.fault import Fault, FaultKind
from chime_proxy_local.faults.switch import FaultSwitch

CONNECTOR = "abcdef1ghij2klmno3pqr4"
EVERY_KIND = frozenset(FaultKind)


@pytest.fixture
def client(cloud: RunningCloud) -> Iterator[Any]:
    """Return an API client that repeats nothing; afterwards nothing is wrong and nothing left."""
    client = cloud.client("chime-sdk-voice", config=Config(retries={"total_max_attempts": 1}))
    yield client
    switch_fault(cloud.port, None)
    for session in _sessions(client):
        client.delete_proxy_session(
            VoiceConnectorId=CONNECTOR, ProxySessionId=session["ProxySessionId"]
        )


@pytest.fixture(scope="module")
def checkout(new_checkout: Callable[[], Checkout]) -> Checkout:
    """Start the cloud of a checkout and deploy nothing."""
    checkout = new_checkout()
    process.start(checkout.folder)
    return checkout


def _sessions(client: Any) -> list[dict[str, Any]]:
    return list(client.list_proxy_sessions(VoiceConnectorId=CONNECTOR)["ProxySessions"])


def _create(client: Any) -> None:
    client.create_proxy_session(
        VoiceConnectorId=CONNECTOR,
        ParticipantPhoneNumbers=["+14015550101", "+12065550100"],
        Capabilities=["SMS"],
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FaultKind.THROTTLE, "ThrottledClientException"),
        (FaultKind.ERROR, "ServiceFailureException"),
        (FaultKind.DOWN, "ServiceUnavailableException"),
        (FaultKind.REFUSE, "ForbiddenException"),
    ],
)
def test_struck_request_does_nothing(
    cloud: RunningCloud, client: Any, kind: FaultKind, code: str
) -> None:
    """A request that does not get through has the API's own error, and does nothing."""
    switch_fault(cloud.port, Fault(kind=kind, count=1))
    with pytest.raises(ClientError) as failed:
        _create(client)
    assert failed.value.response["Error"]["Code"] == code
    assert "not authorized" not in failed.value.response["Error"]["Message"]
    assert _sessions(client) == []


def test_lost_answer_has_done_its_work(cloud: RunningCloud, client: Any) -> None:
    """A request whose answer is lost has done what it asked for."""
    switch_fault(cloud.port, Fault(kind=FaultKind.LOSE_ANSWER, count=1))
    with pytest.raises(ConnectionClosedError):
        _create(client)
    (session,) = _sessions(client)
    switch_fault(cloud.port, Fault(kind=FaultKind.LOSE_ANSWER, count=1))
    with pytest.raises(ConnectionClosedError):
        client.delete_proxy_session(
            VoiceConnectorId=CONNECTOR, ProxySessionId=session["ProxySessionId"]
        )
    assert _sessions(client) == []


def test_slow_answer_has_done_its_work(cloud: RunningCloud, client: Any) -> None:
    """A slow answer comes after the request was carried out."""
    switch_fault(cloud.port, Fault(kind=FaultKind.SLOW, count=1, seconds=0.2))
    _create(client)
    assert len(_sessions(client)) == 1


def test_fault_strikes_no_other_service(cloud: RunningCloud, client: Any) -> None:
    """A fault of the API is no other service's."""
    switch_fault(cloud.port, Fault(kind=FaultKind.DOWN))
    with pytest.raises(ClientError):
        _sessions(client)
    assert cloud.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_counted_fault_is_over_at_last() -> None:
    """A fault strikes as often as asked for, only what is of its kind, and is over then."""
    switch, fault = FaultSwitch(), Fault(kind=FaultKind.ERROR, count=2)
    switch.set(fault)
    assert switch.strike(frozenset({FaultKind.CRASH})) is None
    assert switch.strike(EVERY_KIND) == fault
    assert switch.strike(EVERY_KIND) == Fault(kind=FaultKind.ERROR, count=1)
    assert switch.fault is None
    assert switch.strike(EVERY_KIND) is None


def test_uncounted_fault_strikes_until_switched_off() -> None:
    """A fault without a count strikes until it is switched off."""
    switch, fault = FaultSwitch(), Fault(kind=FaultKind.DOWN)
    switch.set(fault)
    assert [switch.strike(EVERY_KIND) for _ in range(3)] == [fault] * 3
    switch.set(None)
    assert switch.strike(EVERY_KIND) is None


def test_fault_is_kept_whole(cloud: RunningCloud, client: Any) -> None:
    """What is switched on is what the cloud says is on."""
    assert client
    fault = Fault(kind=FaultKind.SLOW, count=7, seconds=1.5)
    switch_fault(cloud.port, fault)
    assert current_fault(cloud.port) == fault


@pytest.mark.parametrize(
    ("description", "allowed"),
    [
        ({"kind": "earthquake"}, "throttle, error, down, refuse, slow, lose-answer, crash"),
        ({"kind": "down", "count": 0}, "1 or more"),
        ({"kind": "slow", "count": None, "seconds": float("nan")}, "from 0 to 600"),
    ],
)
def test_unknown_fault_is_refused(description: dict[str, Any], allowed: str) -> None:
    """What cannot be switched on is refused with what can."""
    with pytest.raises(LocalCloudError, match=allowed):
        Fault.parse(description)


def test_command_switches_and_shows(checkout: Checkout) -> None:
    """The command switches a fault on and off, and shows what is on."""
    assert checkout.local("fault", "slow", "2", "--count", "3").stdout == (
        "On: slow 2, for 3 more requests.\n"
    )
    assert checkout.local("fault", "down").stdout == "On: down, until it is switched off.\n"
    shown = checkout.local("fault").stdout
    assert shown == "On: down, until it is switched off.\n"
    assert checkout.local("fault", "none").stdout == "No fault is on.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("earthquake",), "'throttle', 'error', 'down'"),
        (("down", "--count", "0"), "must be 1 or more"),
        (("slow", "601"), "must be from 0 to 600"),
        (("slow",), "SECONDS"),
    ],
)
def test_wrong_command_changes_nothing(
    checkout: Checkout, arguments: tuple[str, ...], message: str
) -> None:
    """A command that cannot be carried out says what can, and changes nothing."""
    done = checkout.local("fault", *arguments)
    assert done.returncode
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert checkout.local("fault", "none").returncode == 0


def test_command_without_cloud_says_so(new_checkout: Callable[[], Checkout]) -> None:
    """Where no cloud runs, there is nothing to go wrong, and the command says so."""
    done = new_checkout().local("fault", "down")
    assert done.returncode == 1
    assert "`chime-proxy local` starts one" in done.stderr
    assert len(done.stderr.splitlines()) == 1
