"""A stack that finds its service by SSM, whose service is deleted first."""

from collections.abc import Iterator

import pytest
from tests.local.published_rides import synthesize
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack
from tests.local.synthesis import published

from chime_proxy.sdk import client


@pytest.fixture(scope="module")
def templates(cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stacks, their assets published."""
    return published(cloud, tmp_path_factory.mktemp("published"), synthesize)


@pytest.fixture
def service(cloud: RunningCloud, templates: dict[str, str]) -> Iterator[SessionStack]:
    """Deploy and publish the service."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "Published")
    assert stack.create("published") == "CREATE_COMPLETE", stack.failures()
    yield stack
    stack.delete()


@pytest.fixture
def rides(
    cloud: RunningCloud, templates: dict[str, str], service: SessionStack
) -> Iterator[SessionStack]:
    """Deploy the stack of the other app, which nothing ties to the service's."""
    assert service.outputs()["Url"]
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "Elsewhere")
    assert stack.create("elsewhere") == "CREATE_COMPLETE", stack.failures()
    yield stack
    stack.delete()


def sessions(url: str, connector: str) -> list[str]:
    """Return the sessions that a service has on a voice connector."""
    listed = client(url).list_proxy_sessions(VoiceConnectorId=connector)["ProxySessions"]
    return [session["ProxySessionId"] for session in listed]


def test_stack_without_its_service_is_deleted_by_leaving_the_sessions(
    service: SessionStack, rides: SessionStack
) -> None:
    """Each Delete fails, since no service says that anything is gone; the stack still goes."""
    assert service.delete() == "DELETE_COMPLETE"

    assert rides.delete() == "DELETE_FAILED"
    # First the session is left, and then the configuration that it depends on.
    assert rides.delete(leaving=rides.undeleted()) == "DELETE_FAILED"
    assert rides.delete(leaving=rides.undeleted()) == "DELETE_COMPLETE"


def test_service_with_its_earlier_table_gets_the_stack_back(
    templates: dict[str, str], service: SessionStack, rides: SessionStack
) -> None:
    """A new service with the retained table is found by the next deployment, and then deletes."""
    table, connector = service.outputs()["Table"], rides.outputs()["Connector"]
    (session,) = sessions(service.outputs()["Url"], connector)
    assert service.delete() == "DELETE_COMPLETE"
    service.cloudformation.create_stack(
        StackName=service.name,
        TemplateBody=templates["published-again"],
        Parameters=[{"ParameterKey": "Kept", "ParameterValue": table}],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert service.created() == "CREATE_COMPLETE", service.failures()
    url = service.outputs()["Url"]
    assert sessions(url, connector) == [session]

    assert rides.update("elsewhere") == "UPDATE_COMPLETE", rides.failures()
    assert rides.delete() == "DELETE_COMPLETE"

    with pytest.raises(Exception, match="has no proxy configuration"):
        sessions(url, connector)
