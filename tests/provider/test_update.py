from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.doubles import (
    CONNECTOR,
    DRIVER,
    NOW,
    PHYSICAL_ID,
    RIDER,
    SESSION,
    Api,
    event,
    properties,
    session,
)

from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.proxy_session.name import session_name

Handle = Callable[[Any], dict[str, Any]]

NAME = session_name(read_address(event("Update")))
EARLIER = NOW - timedelta(hours=2)
KEY = {"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION}
NEW_ID = "99999999-67d8-901e-2f3a-b4abcd56789e"
NEW = {"ProxySession": session(ProxySessionId=NEW_ID)}


def update(old: dict[str, Any] | None = None, **new: Any) -> dict[str, Any]:
    """An Update from one set of properties to another."""
    return event(
        "Update",
        OldResourceProperties=properties(**(old or {})),
        ResourceProperties=properties(**new),
    )


@pytest.mark.parametrize(
    ("change", "call"),
    [
        ({"Capabilities": ["Voice"]}, {"Capabilities": ["Voice"], "ExpiryMinutes": 60}),
        ({"ExpiryMinutes": "90"}, {"Capabilities": ["SMS", "Voice"], "ExpiryMinutes": 90}),
    ],
)
def test_in_place(api: Api, handle: Handle, change: dict[str, Any], call: dict[str, Any]) -> None:
    """Capabilities and expiry change by one call, and the session stays the one it was."""
    api.answers("update_proxy_session", {"ProxySession": session()}, {**KEY, **call})

    answer = handle(update(**change))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID


@pytest.mark.parametrize(
    "change",
    [
        {"VoiceConnectorId": "zbcdef1ghij2klmno3pqr4"},
        {"ParticipantPhoneNumbers": [DRIVER, RIDER]},
        {"Name": "Ride 7"},
        {"NumberSelectionBehavior": "AvoidSticky"},
        {"GeoMatchLevel": "Country"},
        {"GeoMatchParams": {"Country": "US", "AreaCode": "206"}},
        {"ExpiryMinutes": None},
    ],
)
def test_change_that_the_api_cannot_make_creates_a_new_session(
    api: Api, handle: Handle, change: dict[str, Any]
) -> None:
    """What the API cannot change makes a new session; CloudFormation deletes the old one."""
    api.answers(
        "get_proxy_session", {"ProxySession": session(Name=NAME, CreatedTimestamp=EARLIER)}, KEY
    )
    api.answers("create_proxy_session", NEW)

    answer = handle(update(**change))

    connector = change.get("VoiceConnectorId", CONNECTOR)
    assert answer["PhysicalResourceId"] == f"{connector}/{NEW_ID}"


@pytest.mark.parametrize("change", [{"ServiceTimeout": "200"}, {"Capabilities": ["SMS", "Voice"]}])
def test_nothing_changed(api: Api, handle: Handle, change: dict[str, Any]) -> None:
    """A change that means nothing to the session refreshes the attributes by one call."""
    api.answers("get_proxy_session", {"ProxySession": session(Status="InProgress")}, KEY)

    answer = handle(update(**change))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert answer["Data"]["Status"] == "InProgress"


def test_refresh_of_an_expired_session(api: Api, handle: Handle) -> None:
    """A session that has closed by itself is made anew."""
    api.answers("get_proxy_session", {"ProxySession": session(Status="Closed")})
    api.answers("list_proxy_sessions", {"ProxySessions": []})
    api.answers("create_proxy_session", NEW)

    assert handle(update(ServiceTimeout="200"))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_update_of_a_vanished_session(api: Api, handle: Handle) -> None:
    """A session that is gone is made anew."""
    api.fails("update_proxy_session", 404, "NotFoundException")
    api.fails("get_proxy_session", 404, "NotFoundException")
    api.answers("list_proxy_sessions", {"ProxySessions": []})
    api.answers("create_proxy_session", NEW)

    assert handle(update(Capabilities=["SMS"]))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_update_of_a_closed_session(api: Api, handle: Handle) -> None:
    """A session that refuses the change because it is closed is made anew."""
    api.fails("update_proxy_session", 400, "BadRequestException")
    api.answers("get_proxy_session", {"ProxySession": session(Status="Closed")})
    api.answers("list_proxy_sessions", {"ProxySessions": []})
    api.answers("create_proxy_session", NEW)

    assert handle(update(Capabilities=["SMS"]))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_unknown_session(api: Api, handle: Handle) -> None:
    """Where the session is gone, one that an earlier request made unknown to anyone is taken."""
    made = session(ProxySessionId=NEW_ID, Name=NAME)
    api.fails("get_proxy_session", 404, "NotFoundException")
    api.answers("list_proxy_sessions", {"ProxySessions": [made]})
    api.answers("update_proxy_session", {"ProxySession": made})

    assert handle(update(ServiceTimeout="200"))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_new_deployment(api: Api, handle: Handle) -> None:
    """Another DeploymentId has the session looked at, and the API is not told of it."""
    api.answers("get_proxy_session", {"ProxySession": session()}, KEY)

    answer = handle(update({"DeploymentId": "one"}, DeploymentId="two"))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID


def test_refused_change(api: Api, handle: Handle) -> None:
    """A change that an open session refuses fails, and the session keeps its id."""
    api.fails("update_proxy_session", 400, "BadRequestException")
    api.answers("get_proxy_session", {"ProxySession": session()})

    answer = handle(update(Capabilities=["SMS"]))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID


def test_bad_properties(handle: Handle) -> None:
    """Properties at fault lose nothing: no call is made and the session keeps its id."""
    answer = handle(update(Capabilities=["Voice", "Voice"], Colour="blue"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert "Capabilities must not repeat an item" in answer["Reason"]
    assert "Colour is not a property" in answer["Reason"]


def test_failed_replacement(api: Api, handle: Handle) -> None:
    """A replacement that cannot be made leaves the old session in its place."""
    api.answers("get_proxy_session", {"ProxySession": session(Name=NAME, CreatedTimestamp=EARLIER)})
    api.fails("create_proxy_session", 400, "BadRequestException", "no number is free")

    answer = handle(update(Name="Ride 7"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID


@pytest.mark.parametrize(
    ("failed", "was_attempted"),
    [
        ({"ParticipantPhoneNumbers": [RIDER, "+12065550102"]}, True),
        ({"ParticipantPhoneNumbers": "none"}, False),
        ({"VoiceConnectorId": "zbcdef1ghij2klmno3pqr4"}, True),
        ({"Name": "Ride-7", "Capabilities": ["Fax"]}, False),
        ({"GeoMatchLevel": "Country"}, True),
    ],
)
def test_rollback_of_a_failed_update(
    api: Api, handle: Handle, failed: dict[str, Any], *, was_attempted: bool
) -> None:
    """Taking back what never came to be keeps the session, its id and its number."""
    api.answers("get_proxy_session", {"ProxySession": session(Name=NAME)}, KEY)
    if was_attempted:
        api.answers("list_proxy_sessions", {"ProxySessions": [session(Name=NAME)]})
    api.answers("update_proxy_session", {"ProxySession": session(Name=NAME)})

    assert handle(update(old=failed))["PhysicalResourceId"] == PHYSICAL_ID


def test_rollback_of_a_replacement(api: Api, handle: Handle) -> None:
    """Taking back a replacement returns to the session that was replaced, and to its number."""
    replaced = session(Name=f"{NAME[:16]}00000000000001")
    new = session(ProxySessionId=NEW_ID, Name=NAME, GeoMatchLevel="Country")
    api.answers("get_proxy_session", {"ProxySession": new})
    api.answers("list_proxy_sessions", {"ProxySessions": [new, replaced]})
    api.answers("update_proxy_session", {"ProxySession": replaced})
    swapped = update(old={"GeoMatchLevel": "Country"})

    answer = handle({**swapped, "PhysicalResourceId": f"{CONNECTOR}/{NEW_ID}"})

    assert answer["PhysicalResourceId"] == PHYSICAL_ID


def test_name_taken_away(api: Api, handle: Handle) -> None:
    """A session with the user's own name is not what a resource without one would make."""
    old = session(Name="Ride 7", CreatedTimestamp=EARLIER)
    api.answers("get_proxy_session", {"ProxySession": old})
    api.answers("create_proxy_session", NEW)

    answer = handle(update(old={"Name": "Ride 7"}))

    assert answer["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_update_of_what_was_never_made(api: Api, handle: Handle) -> None:
    """An Update of a failed Create makes the session."""
    api.answers("create_proxy_session", NEW)

    answer = handle(event("Update", PhysicalResourceId="create-failed/1"))

    assert answer["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_busy_api(api: Api, handle: Handle) -> None:
    """Calls that may safely be made twice are made again after a failure of the API."""
    api.fails("update_proxy_session", 503, "ServiceUnavailableException")
    api.fails("update_proxy_session", 429, "ThrottledClientException")
    api.answers("update_proxy_session", {"ProxySession": session()})

    assert handle(update(Capabilities=["SMS"]))["Status"] == "SUCCESS"


def test_property_named_by_a_number(handle: Handle) -> None:
    """A phone number in the place of a property's name is not repeated."""
    named = {**properties(), "12065550100": "x"}

    answer = handle(event("Update", ResourceProperties=named))

    assert "is not a property" in answer["Reason"]
    assert "2065550100" not in answer["Reason"]
