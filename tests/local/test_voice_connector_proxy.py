"""Voice connectors that a stack configures for its sessions, really deployed."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local.rides import HERE, NOWHERE, without_permission
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack


@pytest.fixture
def api(rides_cloud: RunningCloud) -> Any:
    """Return a client of the API."""
    return rides_cloud.client("chime-sdk-voice")


@pytest.fixture
def stack(new_stack: SessionStack, api: Any) -> Iterator[SessionStack]:
    """Name a stack that does not exist; afterwards the connectors are configured as before."""
    before = minutes(api, HERE)
    yield new_stack
    new_stack.delete()
    api.put_voice_connector_proxy(
        VoiceConnectorId=HERE,
        DefaultSessionExpiryMinutes=before,
        PhoneNumberPoolCountries=["CA", "US"],
    )
    assert minutes(api, NOWHERE) == 0


def minutes(api: Any, connector: str) -> int:
    """The default minutes of a connector's sessions, 0 where it may have none."""
    try:
        found = api.get_voice_connector_proxy(VoiceConnectorId=connector)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotFoundException"  # noqa: PT017 - it is caught for its code
        return 0
    return int(found["Proxy"]["DefaultSessionExpiryMinutes"])


def test_native_connector_comes_and_goes_with_its_session(stack: SessionStack, api: Any) -> None:
    """Connector, configuration and session are deployed and destroyed together, in their order."""
    assert stack.create("native") == "CREATE_COMPLETE"
    outputs = stack.outputs()
    connector = outputs["VoiceConnectorId"]
    assert minutes(api, connector) == 45
    assert outputs["ExpiryMinutes"] == "45"
    listed = api.list_proxy_sessions(VoiceConnectorId=connector)["ProxySessions"]
    assert [f"{connector}/{one['ProxySessionId']}" for one in listed] == list(stack.sessions())
    assert stack.delete() == "DELETE_COMPLETE"
    assert minutes(api, connector) == 0
    with pytest.raises(ClientError, match="NotFoundException"):
        api.get_proxy_session(VoiceConnectorId=connector, ProxySessionId=outputs["SessionId"])


def test_rolled_back_configuration_is_put_back(stack: SessionStack, api: Any) -> None:
    """A configuration that closes the connector is put back when a session then fails."""
    assert stack.create("configured") == "CREATE_COMPLETE"
    sessions = stack.sessions()
    assert stack.update("closed-to-more") == "UPDATE_ROLLBACK_COMPLETE"
    assert "GeneralServiceException" in stack.failures()
    assert stack.sessions() == sessions
    proxy = api.get_voice_connector_proxy(VoiceConnectorId=NOWHERE)["Proxy"]
    assert not proxy.get("Disabled")


def test_existing_configuration_is_left_alone(stack: SessionStack, api: Any) -> None:
    """A configuration that is there already is left alone, and the reason says what to do."""
    before = minutes(api, HERE)
    assert stack.create("claiming") == "ROLLBACK_COMPLETE"
    assert "AdoptExisting" in stack.failures()
    assert minutes(api, HERE) == before
    assert stack.delete() == "DELETE_COMPLETE"
    assert minutes(api, HERE) == before


def test_adopted_configuration_is_kept(stack: SessionStack, api: Any) -> None:
    """A configuration that is there already is taken over, and kept when the stack goes."""
    assert stack.create("adopting") == "CREATE_COMPLETE"
    assert minutes(api, HERE) == 45
    assert stack.delete() == "DELETE_COMPLETE"
    assert minutes(api, HERE) == 45


def test_configuration_needs_its_policy(stack: SessionStack) -> None:
    """Without the policy for its connector, the provider cannot configure it."""
    stack.begin(without_permission(stack.templates["configured"], NOWHERE))
    assert stack.created() == "ROLLBACK_COMPLETE"
    assert "not authorized to perform: chime:GetVoiceConnectorProxy" in stack.failures()
