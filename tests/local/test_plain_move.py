"""Plain templates move from another endpoint to the service, by the steps of docs/cloudformation.md."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.folders import ROOT
from tests.local.plain_stack import PlainStack
from tests.local.release_code import code_parameters, upload_code
from tests.local.running_cloud import RunningCloud
from tools.template.release import Release, write

from chime_proxy.sdk import client
from chime_proxy_local.health import endpoint

EXAMPLES = ROOT / "examples" / "cloudformation"
CONNECTOR = "mmmmmm1ghij2klmno3pqr4"
PAIR = {"FirstParticipant": "+14015550101", "SecondParticipant": "+12065550100"}
BUCKET = "plain-move"


@pytest.fixture(scope="module")
def releases(
    cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Release, Release]:
    """The service's and the provider's files, the code uploaded."""
    service, provider = write(tmp_path_factory.mktemp("dist"))
    # The provider's own code is among it.
    upload_code(service, cloud.client("s3"), BUCKET)
    return service, provider


@pytest.fixture
def elsewhere(cloud: RunningCloud) -> Iterator[Any]:
    """The other endpoint, with a configuration of the connector; afterwards nothing is left there."""
    api = cloud.client("chime-sdk-voice")
    api.put_voice_connector_proxy(
        VoiceConnectorId=CONNECTOR, DefaultSessionExpiryMinutes=60, PhoneNumberPoolCountries=["US"]
    )
    yield api
    for session in sessions(api):
        api.delete_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=session)
    api.delete_voice_connector_proxy(VoiceConnectorId=CONNECTOR)


@pytest.fixture
def provider(
    cloud: RunningCloud, releases: tuple[Release, Release], elsewhere: Any
) -> Iterator[PlainStack]:
    """The provider for the other endpoint, installed from what `make template` writes."""
    release = releases[1]
    stack = PlainStack(cloud.client("cloudformation"), "ChimeProxyProvider", release.template)
    status = stack.create(**code_parameters(release, BUCKET), EndpointUrl=endpoint(cloud.port))
    assert status == "CREATE_COMPLETE", stack.failures()
    assert sessions(elsewhere) == []
    yield stack
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.fixture
def ride(provider: PlainStack) -> Iterator[PlainStack]:
    """A session at the other endpoint."""
    stack = PlainStack(provider.cloudformation, "MovingRide", EXAMPLES / "other-endpoint.yaml")
    status = stack.create(VoiceConnectorId=CONNECTOR, **PAIR)
    assert status == "CREATE_COMPLETE", stack.failures()
    yield stack
    assert stack.delete() == "DELETE_COMPLETE"


def sessions(api: Any) -> list[str]:
    """Return the ids of the connector's sessions."""
    with suppress(api.exceptions.NotFoundException):
        listed = api.list_proxy_sessions(VoiceConnectorId=CONNECTOR)["ProxySessions"]
        return [session["ProxySessionId"] for session in listed]
    return []


def switched(provider: PlainStack, release: Release) -> PlainStack:
    """Update the provider's stack with the service's template: step 1."""
    stack = PlainStack(provider.cloudformation, provider.name, release.template)
    numbers = ",".join(f"+1206555013{digit}" for digit in range(10))
    status = stack.replace_template(**code_parameters(release, BUCKET), PhoneNumbers=numbers)
    assert status == "UPDATE_COMPLETE", stack.failures()
    return stack


def published(cloud: RunningCloud) -> Any:
    """Return the API of the published service."""
    parameter = cloud.client("ssm").get_parameter(Name="/chime-proxy/endpoint-url")["Parameter"]
    return client(parameter["Value"])


def moved(ride: PlainStack) -> PlainStack:
    """Return the stack of the session, with the template for the service."""
    return PlainStack(ride.cloudformation, ride.name, EXAMPLES / "session.yaml")


def test_steps_of_the_page_move_a_session(
    cloud: RunningCloud,
    releases: tuple[Release, Release],
    provider: PlainStack,
    ride: PlainStack,
    elsewhere: Any,
) -> None:
    """Provider, permissions, sessions: the session is made anew on the service, and deleted there."""
    token = cloud.client("ssm").get_parameter(Name="/chime-proxy/service-token")["Parameter"]
    before = ride.outputs()["ProxySessionId"]

    switched(provider, releases[0])
    after = cloud.client("ssm").get_parameter(Name="/chime-proxy/service-token")["Parameter"]
    assert after["Value"] == token["Value"]
    assert sessions(elsewhere) == [before]

    calls = PlainStack(ride.cloudformation, "MovingCalls", EXAMPLES / "voice-connector.yaml")
    assert calls.create(VoiceConnectorId=CONNECTOR) == "CREATE_COMPLETE", calls.failures()

    there = moved(ride)
    assert there.update(ExpiryMinutes="90") == "UPDATE_COMPLETE", there.failures()
    assert sessions(published(cloud)) == [there.outputs()["ProxySessionId"]]
    assert sessions(elsewhere) == [before]

    assert there.delete() == "DELETE_COMPLETE", there.failures()
    assert sessions(published(cloud)) == []
    assert calls.delete() == "DELETE_COMPLETE"


def test_failed_step_of_the_sessions_is_rolled_back(
    releases: tuple[Release, Release], provider: PlainStack, ride: PlainStack
) -> None:
    """With the connector's own stack in place, an update of the sessions that fails does no harm."""
    switched(provider, releases[0])
    calls = PlainStack(ride.cloudformation, "MovingCalls", EXAMPLES / "voice-connector.yaml")
    assert calls.create(VoiceConnectorId=CONNECTOR) == "CREATE_COMPLETE", calls.failures()

    there = moved(ride)
    assert there.update(SecondParticipant="+14015550101") == "UPDATE_ROLLBACK_COMPLETE"
    assert there.update(ExpiryMinutes="90") == "UPDATE_COMPLETE", there.failures()

    assert there.delete() == "DELETE_COMPLETE", there.failures()
    assert calls.delete() == "DELETE_COMPLETE"


def test_session_without_permission_on_the_service_is_kept(
    releases: tuple[Release, Release], provider: PlainStack, ride: PlainStack, elsewhere: Any
) -> None:
    """Between the first two steps a deletion fails, and the stack keeps its session."""
    before = ride.outputs()["ProxySessionId"]
    switched(provider, releases[0])

    assert ride.delete() == "DELETE_FAILED"

    assert "is not authorized" in ride.failures()
    assert sessions(elsewhere) == [before]
    calls = PlainStack(ride.cloudformation, "MovingCalls", EXAMPLES / "voice-connector.yaml")
    assert calls.create(VoiceConnectorId=CONNECTOR) == "CREATE_COMPLETE", calls.failures()
    assert ride.delete() == "DELETE_COMPLETE"
    assert calls.delete() == "DELETE_COMPLETE"
