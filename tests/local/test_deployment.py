"""The main job, by `chime-proxy local` and the CDK CLI that it drives."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from tests.local.checkout import Checkout
from tests.local.deployed_stack import DeployedStack
from tests.local.patience import eventually

from chime_proxy_local.command import process
from chime_proxy_local.command.state import read_state
from chime_proxy_local.daemon import locked_pid
from chime_proxy_local.faults.control import switch_fault
from chime_proxy_local.faults.fault import Fault, FaultKind
from chime_proxy_local.health import endpoint, served_pid


@pytest.fixture(scope="module")
def deployed(new_checkout: Callable[[], Checkout]) -> Checkout:
    """Deploy app.py once."""
    checkout = new_checkout()
    done = checkout.local()
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def as_it_was(deployed: Checkout) -> Iterator[Checkout]:
    """Take edits of app.py back afterwards, without deploying them."""
    app = deployed.path / "app.py"
    before = app.read_text()
    yield deployed
    app.write_text(before)


@pytest.fixture
def cloudformation(deployed: Checkout) -> Any:
    """CloudFormation's API on the cloud that the app is deployed to."""
    return deployed.client("cloudformation")


def page_of(checkout: Checkout) -> str:
    """The address of the page that shows a checkout's sessions."""
    state = read_state(checkout.folder)
    assert state is not None
    return f"{endpoint(state.port)}/_local/console"


def test_outputs_name_the_session_there_is(deployed: Checkout) -> None:
    """The session that the outputs name is the one that the AWS CLI shows."""
    (session,) = deployed.printed_sessions()
    outputs = deployed.outputs()
    assert session["ProxySessionId"] == outputs["ProxySessionId"]
    assert {one["ProxyPhoneNumber"] for one in session["Participants"]} == {
        outputs["ProxyPhoneNumber"]
    }


def test_provider_for_templates_is_left_out(deployed: Checkout) -> None:
    """The provider for plain templates is not deployed until somebody asks for it."""
    stacks = deployed.shell(
        "aws cloudformation describe-stacks --query 'Stacks[].StackName' --output text"
    )
    assert stacks.stdout.split() == ["CDKToolkit", "MaskedCalls"]


def test_page_shows_the_deployed_session(deployed: Checkout) -> None:
    """The page shows the session that was deployed."""
    session = deployed.outputs()["ProxySessionId"]
    with urlopen(page_of(deployed)) as page:  # noqa: S310 - a URL of this machine
        html = page.read().decode()
    assert session in html
    assert "MaskedCalls/Ride</h4>" in html
    assert "0100" not in html.replace("555&nbsp;0100", "")


def test_update_keeps_the_session_and_an_unchanged_app_too(deployed: Checkout) -> None:
    """Other capabilities change the session in place; deployed again, nothing changes."""
    (before,) = deployed.sessions()
    deployed.edit(r"capabilities=\[.*?\]", "capabilities=[Capability.SMS]")
    assert deployed.local().returncode == 0
    (after,) = deployed.sessions()
    assert after["ProxySessionId"] == before["ProxySessionId"]
    assert after["Capabilities"] == ["SMS"]
    done = deployed.local()
    assert (done.returncode, done.stderr) == (0, "")
    assert deployed.sessions() == [after]
    session = after["ProxySessionId"]
    assert f"MaskedCalls.ProxySessionId    {session}" in done.stdout
    connector = deployed.outputs()["VoiceConnectorId"]
    look = f"get-proxy-session --voice-connector-id {connector} --proxy-session-id {session}"
    assert done.stdout.splitlines()[-3:] == [
        "  source .local/env",
        f"  aws chime-sdk-voice {look}",
        f"  open {page_of(deployed)} in a browser",
    ]


def test_failed_create_is_rolled_back(as_it_was: Checkout, cloudformation: Any) -> None:
    """A session that cannot be made is rolled back, says why, and leaves the others alone."""
    before = as_it_was.printed_sessions()
    as_it_was.edit(r'"MaskedCalls"', '"Failing"')
    as_it_was.edit(r'pool_countries=\["US"\]', 'pool_countries=["CA"]')
    done = as_it_was.local()
    assert done.returncode == 1
    assert "BadRequest" in done.stderr
    assert "Traceback" not in done.stderr
    stack = DeployedStack(cloudformation, "Failing")
    assert stack.status() == "ROLLBACK_COMPLETE"
    assert as_it_was.printed_sessions() == before
    stack.delete()


def test_failed_rollback_says_the_way_out(as_it_was: Checkout, cloudformation: Any) -> None:
    """A stack whose rollback failed is named with its state, and `cdk rollback` mends it."""
    state = read_state(as_it_was.folder)
    assert state is not None
    stack = DeployedStack(cloudformation, "MaskedCalls")
    (before,) = as_it_was.sessions()
    switch_fault(state.port, Fault(kind=FaultKind.REFUSE))
    assert stack.update_sessions(Capabilities=["Voice"]) == "UPDATE_ROLLBACK_FAILED"
    switch_fault(state.port, None)
    done = as_it_was.local()
    assert done.returncode == 1
    assert "The stack MaskedCalls is in UPDATE_ROLLBACK_FAILED" in done.stderr
    assert "`cdk rollback MaskedCalls`" in done.stderr
    rolled_back = as_it_was.cdk("rollback", "MaskedCalls")
    assert rolled_back.returncode == 0, rolled_back.stdout
    assert stack.status() == "UPDATE_ROLLBACK_COMPLETE"
    (after,) = as_it_was.sessions()
    assert after["ProxySessionId"] == before["ProxySessionId"]
    assert after["Capabilities"] == before["Capabilities"]


def test_error_in_the_app(as_it_was: Checkout) -> None:
    """An app that cannot be synthesized shows its own error."""
    as_it_was.edit(r"participants=\[.*?\]", 'participants=["+14015550102"]')
    done = as_it_was.local()
    assert done.returncode == 1
    assert "cdk synth failed" in done.stderr
    assert "participants" in done.stderr


def test_down_after_work_by_hand_leaves_nothing(new_checkout: Callable[[], Checkout]) -> None:
    """After sourcing the environment the CDK CLI works as ever, and all of it is taken down."""
    checkout = new_checkout()
    assert checkout.local("up").returncode == 0
    checkout.edit(r"capabilities=\[.*?\]", "capabilities=[Capability.SMS]")
    assert checkout.shell("cdk deploy MaskedCalls --require-approval never").returncode == 0
    assert [session["Capabilities"] for session in checkout.sessions()] == [["SMS"]]
    state = read_state(checkout.folder)
    assert state is not None
    done = checkout.local("down")
    assert (done.returncode, done.stderr) == (0, "")
    assert served_pid(state.port) is None
    assert not checkout.folder.path.exists()
    assert checkout.local("down").returncode == 0


def test_down_after_a_crash_leaves_nothing(new_checkout: Callable[[], Checkout]) -> None:
    """The leftovers of a killed cloud are taken down."""
    checkout = new_checkout()
    process.start(checkout.folder)
    pid = locked_pid(checkout.folder.lock)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    checkout.folder.state.unlink()
    assert checkout.local("down").returncode == 0
    assert not checkout.folder.path.exists()


def test_down_after_its_folder_was_removed_ends_the_cloud(
    new_checkout: Callable[[], Checkout],
) -> None:
    """A cloud whose folder is gone does not outlive `make local-down` by more than a moment."""
    checkout = new_checkout()
    port = process.start(checkout.folder)
    shutil.rmtree(checkout.folder.path)
    assert checkout.local("down").returncode == 0
    assert eventually(lambda: served_pid(port) is None)


def test_down_brings_down_what_a_fault_left_stuck(new_checkout: Callable[[], Checkout]) -> None:
    """A stack that is DELETE_FAILED since the API refused its Delete comes down, fault or not."""
    checkout = new_checkout()
    assert checkout.local().returncode == 0
    assert checkout.local("fault", "refuse").returncode == 0
    stack = DeployedStack(checkout.client("cloudformation"), "MaskedCalls")
    stack.cloudformation.delete_stack(StackName=stack.name)
    assert stack.status() == "DELETE_FAILED"
    before = checkout.folder.env.read_text()
    checkout.folder.env.unlink()
    shown = checkout.local("up")
    assert shown.returncode == 0
    assert checkout.folder.env.read_text() == before
    assert "/_aws/execute-api/" in before
    assert "The stack MaskedCalls is in DELETE_FAILED." in shown.stdout

    done = checkout.local("down")

    assert (done.returncode, done.stderr) == (0, "")
    assert "is in DELETE_FAILED" not in done.stdout
    assert not checkout.folder.path.exists()
