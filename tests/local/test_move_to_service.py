"""A stack with `endpoint_url` is given a service of its own: the order of steps, and its reasons."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local.moving_rides import HERE, synthesize
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack
from tests.local.synthesis import published

from chime_proxy.sdk import client
from chime_proxy_local.health import endpoint


@pytest.fixture(scope="module")
def templates(cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stack in every state, its assets published."""
    return published(
        cloud, tmp_path_factory.mktemp("moving"), partial(synthesize, endpoint=endpoint(cloud.port))
    )


@pytest.fixture
def stack(cloud: RunningCloud, templates: dict[str, str]) -> Iterator[SessionStack]:
    """Deploy the stack with its sessions at another endpoint; afterwards nothing is left there."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "Moving")
    assert stack.create("elsewhere") == "CREATE_COMPLETE", stack.failures()
    yield stack
    stack.delete()
    other = cloud.client("chime-sdk-voice")
    with suppress(ClientError):
        for session in sessions_elsewhere(cloud):
            other.delete_proxy_session(VoiceConnectorId=HERE, ProxySessionId=session)
    with suppress(ClientError):
        other.delete_voice_connector_proxy(VoiceConnectorId=HERE)


def sessions_elsewhere(cloud: RunningCloud) -> list[str]:
    """Return the sessions that the other endpoint has."""
    return _ids(cloud.client("chime-sdk-voice"), HERE)


def sessions_here(stack: SessionStack) -> list[str]:
    """Return the sessions that the stack's service has."""
    outputs = stack.outputs()
    return _ids(client(outputs["Url"]), outputs["Connector"])


def _ids(api: Any, connector: str) -> list[str]:
    listed = api.list_proxy_sessions(VoiceConnectorId=connector)["ProxySessions"]
    return [session["ProxySessionId"] for session in listed]


def test_service_alone_touches_no_session(cloud: RunningCloud, stack: SessionStack) -> None:
    """After the switch, what did not change is where it was; the service has nothing yet."""
    before = stack.outputs()["Session"]

    assert stack.update("unchanged") == "UPDATE_COMPLETE", stack.failures()

    assert stack.outputs()["Session"] == before
    assert sessions_elsewhere(cloud) == [before]
    with pytest.raises(ClientError, match="has no proxy configuration"):
        sessions_here(stack)


def test_change_with_the_switch_makes_configuration_and_session_anew(
    cloud: RunningCloud, stack: SessionStack
) -> None:
    """A changed expiry of both puts them on the service; the old session ends by its expiry."""
    before = stack.outputs()["Session"]

    assert stack.update("changed") == "UPDATE_COMPLETE", stack.failures()

    after = stack.outputs()["Session"]
    assert after != before
    assert sessions_here(stack) == [after]
    assert sessions_elsewhere(cloud) == [before]


def test_connector_of_its_own_comes_after_the_switch(stack: SessionStack) -> None:
    """Once on the service, the stack can leave out the old connector's id."""
    assert stack.update("changed") == "UPDATE_COMPLETE", stack.failures()

    assert stack.update("own-connector") == "UPDATE_COMPLETE", stack.failures()

    assert stack.outputs()["Connector"] != HERE
    assert sessions_here(stack) == [stack.outputs()["Session"]]


def test_connector_of_its_own_with_the_switch_is_rolled_back(
    cloud: RunningCloud, stack: SessionStack
) -> None:
    """In one step the provider may not read the old session any more, and everything stays."""
    before = stack.outputs()

    assert stack.update("at-once") == "UPDATE_ROLLBACK_COMPLETE"

    assert stack.outputs() == before
    assert sessions_elsewhere(cloud) == [before["Session"]]


def test_renamed_configuration_is_deleted_by_the_old_one(stack: SessionStack) -> None:
    """A new construct id makes the configuration, and then the old one's Delete removes it."""
    assert stack.update("renamed") == "UPDATE_COMPLETE", stack.failures()

    assert sessions_here(stack) == [stack.outputs()["Session"]]
    with pytest.raises(ClientError, match="NotFound"):
        client(stack.outputs()["Url"]).get_voice_connector_proxy(VoiceConnectorId=HERE)
