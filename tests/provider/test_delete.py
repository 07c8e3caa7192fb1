from collections.abc import Callable
from typing import Any

import pytest
from tests.doubles import CONNECTOR, PHYSICAL_ID, SESSION, Api, event, properties, session

from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.proxy_session.name import resource_prefix, session_name

Handle = Callable[[Any], dict[str, Any]]

ADDRESS = read_address(event("Delete"))
PREFIX = resource_prefix(ADDRESS)
INVENTED = "Calls-Ride-1K2M3N4P5Q6R"


def test_one_call(api: Api, handle: Handle) -> None:
    """A Delete costs one call, and the physical id is all that it needs."""
    api.answers(
        "delete_proxy_session", {}, {"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION}
    )

    answer = handle(event("Delete", ResourceProperties={}))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert answer["Data"] == {}


def test_gone_is_done(api: Api, handle: Handle) -> None:
    """A session that is no longer there is deleted."""
    api.fails("delete_proxy_session", 404, "NotFoundException")

    assert handle(event("Delete"))["Status"] == "SUCCESS"


def test_refused_delete_fails_and_names_the_way_out(api: Api, handle: Handle) -> None:
    """A refusal is not taken for success, so the session is not lost sight of."""
    api.fails("delete_proxy_session", 403, "ForbiddenException")

    answer = handle(event("Delete"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert "retain this resource" in answer["Reason"]


@pytest.mark.parametrize(("status", "code"), [(404, "404"), (404, "Not Found"), (410, "410")])
def test_gateways_404_fails_a_delete(api: Api, handle: Handle, status: int, code: str) -> None:
    """A gateway or a load balancer knows of no session: the session is still there."""
    for _ in range(6):
        api.fails("delete_proxy_session", status, code, "Not Found")

    answer = handle(event("Delete"))

    assert answer["Status"] == "FAILED"
    assert "endpoint_url" in answer["Reason"]


def test_failed_create(handle: Handle) -> None:
    """The Delete of a Create that left nothing makes no call."""
    assert handle(event("Delete", PhysicalResourceId="create-failed/1"))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("physical_id", "name"),
    [(INVENTED, f"{PREFIX}00000000000001"), ("create-interrupted/1", session_name(ADDRESS, "1"))],
)
def test_sweep_deletes_this_resources_sessions_alone(
    api: Api, handle: Handle, physical_id: str, name: str
) -> None:
    """A Delete that knows no session deletes those of this resource, and nobody else's."""
    ours, others = session(Name=name), session(Name="0" * 30)
    api.answers("list_proxy_sessions", {"ProxySessions": [others, ours]})
    api.answers(
        "delete_proxy_session", {}, {"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION}
    )

    answer = handle(event("Delete", PhysicalResourceId=physical_id))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == physical_id


def test_sweep_of_one_request(api: Api, handle: Handle) -> None:
    """The Delete of a Create with an unknown end leaves what the resource has had made since."""
    since = session(Name=session_name(ADDRESS, "2"))
    for _ in range(2):
        api.answers("list_proxy_sessions", {"ProxySessions": [since]})

    assert handle(event("Delete", PhysicalResourceId="create-interrupted/1"))["Status"] == "SUCCESS"


def test_second_look(api: Api, handle: Handle) -> None:
    """A Create that is still at work when its Delete arrives is found by a second look."""
    api.answers("list_proxy_sessions", {"ProxySessions": []})
    api.answers("list_proxy_sessions", {"ProxySessions": [session(Name=f"{PREFIX}00000000000001")]})
    api.answers("delete_proxy_session", {})

    assert handle(event("Delete", PhysicalResourceId=INVENTED))["Status"] == "SUCCESS"


def test_sweep_spares_named_sessions(handle: Handle) -> None:
    """Where the user chose the name, no session can be told to be ours: none is touched."""
    named = event(
        "Delete", PhysicalResourceId=INVENTED, ResourceProperties=properties(Name="Ride 7")
    )

    assert handle(named)["Status"] == "SUCCESS"


def test_sweep_without_a_connector(api: Api, handle: Handle) -> None:
    """A connector that is gone has nothing left to sweep."""
    api.fails("list_proxy_sessions", 404, "NotFoundException")

    assert handle(event("Delete", PhysicalResourceId=INVENTED))["Status"] == "SUCCESS"
