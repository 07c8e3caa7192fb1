from collections.abc import Callable
from typing import Any

import pytest
from tests.doubles import (
    CONNECTOR,
    DRIVER,
    PHYSICAL_ID,
    PROXY,
    REQUEST,
    RIDER,
    SESSION,
    Api,
    event,
    properties,
    response_url,
    session,
)

from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.proxy_session.name import session_name

Handle = Callable[[Any], dict[str, Any]]

NAME = session_name(read_address(event("Create")))
CALL = {
    "VoiceConnectorId": CONNECTOR,
    "ParticipantPhoneNumbers": [RIDER, DRIVER],
    "Capabilities": ["SMS", "Voice"],
    "ExpiryMinutes": 60,
    "Name": NAME,
}
LATE = event("Create", ResponseURL=response_url(signed="20261121T115800Z"))


def test_one_call(api: Api, handle: Handle) -> None:
    """A fresh Create costs one call, with CloudFormation's strings as the API's types."""
    api.answers("create_proxy_session", {"ProxySession": session(Name=NAME)}, CALL)

    answer = handle(event("Create"))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == PHYSICAL_ID


def test_answer_names_the_request(api: Api, handle: Handle) -> None:
    """The ids that CloudFormation sent come back unchanged, and the values are not to be echoed."""
    api.answers("create_proxy_session", {"ProxySession": session()})
    request = event("Create")

    answer = handle(request)

    ids = ("StackId", "RequestId", "LogicalResourceId")
    assert {name: request[name] for name in ids} == {name: answer[name] for name in ids}
    assert answer["NoEcho"] is True


def test_all_attributes_are_strings_with_participants_as_declared(api: Api, handle: Handle) -> None:
    """All attributes are there as strings, the participants in the order declared."""
    api.answers("create_proxy_session", {"ProxySession": session(Name=NAME)})

    answer = handle(event("Create"))

    assert answer["Data"] == {
        "ProxySessionId": SESSION,
        "VoiceConnectorId": CONNECTOR,
        "Name": NAME,
        "Status": "Open",
        "ExpiryMinutes": "60",
        "Capabilities": "SMS,Voice",
        "CreatedTimestamp": "2026-11-21T12:00:00.288Z",
        "UpdatedTimestamp": "2026-11-21T12:00:00.288Z",
        "EndedTimestamp": "",
        "ProxyPhoneNumber": PROXY,
        "Participants.0.PhoneNumber": RIDER,
        "Participants.0.ProxyPhoneNumber": PROXY,
        "Participants.1.PhoneNumber": DRIVER,
        "Participants.1.ProxyPhoneNumber": PROXY,
        "NumberSelectionBehavior": "",
        "GeoMatchLevel": "",
        "GeoMatchParams.Country": "",
        "GeoMatchParams.AreaCode": "",
    }


def test_all_properties_reach_the_api(api: Api, handle: Handle) -> None:
    """Every property is passed on, a user's own name too."""
    given = {
        "Name": "Ride 7",
        "NumberSelectionBehavior": "PreferSticky",
        "GeoMatchLevel": "AreaCode",
        "GeoMatchParams": {"Country": "US", "AreaCode": "206"},
    }
    api.answers("create_proxy_session", {"ProxySession": session(**given)}, {**CALL, **given})

    answer = handle(event("Create", ResourceProperties=properties(**given)))

    assert answer["Data"]["GeoMatchParams.AreaCode"] == "206"


def test_bad_properties_cost_no_call(handle: Handle) -> None:
    """Every fault is named at once, no value is repeated, and the marker says nothing was made."""
    bad = properties(
        ParticipantPhoneNumbers=["2065550100"],
        ExpiryMinutes="sixty",
        VoiceConnectorId="arn:aws:chime:us-east-1:123456789012:vc/abc",
    )

    answer = handle(event("Create", ResourceProperties=bad))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == f"create-failed/{REQUEST}"
    for name in ("ParticipantPhoneNumbers", "ExpiryMinutes", "VoiceConnectorId"):
        assert name in answer["Reason"]
    assert "2065550100" not in answer["Reason"]


def test_refused_create_leaves_nothing_and_its_delete_makes_no_call(
    api: Api, handle: Handle
) -> None:
    """What the API refuses, nothing was made of: the marker's Delete needs no call."""
    api.fails("create_proxy_session", 403, "ForbiddenException", "proxy sessions are disabled")

    answer = handle(event("Create"))

    assert answer["PhysicalResourceId"] == f"create-failed/{REQUEST}"
    assert answer["Reason"].startswith("GeneralServiceException: ")
    assert "proxy sessions are disabled" in answer["Reason"]
    assert answer["Data"] == {}


def test_reason_is_redacted(api: Api, handle: Handle) -> None:
    """A phone number in the API's message does not reach the stack's events."""
    api.fails("create_proxy_session", 400, "BadRequestException", f"{RIDER} is taken")

    answer = handle(event("Create"))

    assert RIDER not in answer["Reason"]
    assert "is taken" in answer["Reason"]


def test_throttled_call_is_repeated(api: Api, handle: Handle) -> None:
    """A call that the API turned away is made again."""
    api.fails("create_proxy_session", 429, "ThrottledClientException")
    api.answers("create_proxy_session", {"ProxySession": session()}, CALL)

    assert handle(event("Create"))["Status"] == "SUCCESS"


def test_lost_answer_found(api: Api, handle: Handle) -> None:
    """A session made by a call whose answer was lost is found by its name, not made twice."""
    api.fails("create_proxy_session", 500, "ServiceFailureException")
    other = session(ProxySessionId="another", Name="another")
    api.answers("list_proxy_sessions", {"ProxySessions": [other], "NextToken": "more"})
    api.answers(
        "list_proxy_sessions",
        {"ProxySessions": [session(Name=NAME)]},
        {"VoiceConnectorId": CONNECTOR, "NextToken": "more"},
    )

    assert handle(event("Create"))["PhysicalResourceId"] == PHYSICAL_ID


def test_lost_answer_not_found(api: Api, handle: Handle) -> None:
    """With the end of a Create unknown, the marker makes the Delete look for the session."""
    api.fails("create_proxy_session", 500, "ServiceFailureException")
    api.answers("list_proxy_sessions", {"ProxySessions": []})

    answer = handle(event("Create"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"


def test_delivered_again(api: Api, handle: Handle) -> None:
    """An event that is not surely fresh finds what its first delivery made."""
    api.answers("list_proxy_sessions", {"ProxySessions": [session(Name=NAME)]})

    assert handle(LATE)["PhysicalResourceId"] == PHYSICAL_ID


def test_delivered_again_after_nothing(api: Api, handle: Handle) -> None:
    """An event that is not surely fresh creates where nothing was made; a closed one is nothing."""
    closed = session(Name=NAME, Status="Closed")
    api.answers("list_proxy_sessions", {"ProxySessions": [closed]})
    api.answers("create_proxy_session", {"ProxySession": session()}, CALL)

    assert handle(LATE)["Status"] == "SUCCESS"


@pytest.mark.parametrize("plus", ["+", ""])
def test_adopted_session_gets_the_declared_capabilities_and_expiry(
    api: Api, handle: Handle, plus: str
) -> None:
    """A session that exists is looked at, and brought to the capabilities and minutes declared."""
    key = {"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION}
    ends = [{"PhoneNumber": plus + number.removeprefix("+")} for number in (DRIVER, RIDER)]
    existing = session(Name="Ride 7", Participants=ends)
    api.answers("get_proxy_session", {"ProxySession": existing}, key)
    changes = {"Capabilities": ["SMS"], "ExpiryMinutes": 60}
    api.answers("update_proxy_session", {"ProxySession": session()}, {**key, **changes})

    answer = handle(
        event(
            "Create",
            ResourceProperties=properties(AdoptProxySessionId=SESSION, Capabilities=["SMS"]),
        )
    )

    assert answer["PhysicalResourceId"] == PHYSICAL_ID


@pytest.mark.parametrize(
    ("existing", "reason"),
    [
        (session(Status="Closed"), "NotFound: AdoptProxySessionId must be the id"),
        (
            session(Participants=[]),
            "InvalidRequest: cannot adopt the session of AdoptProxySessionId: its ParticipantPhoneNumbers",
        ),
        (
            session(GeoMatchLevel="Country", NumberSelectionBehavior="AvoidSticky"),
            "its NumberSelectionBehavior, GeoMatchLevel differ from the declared values",
        ),
    ],
)
def test_no_adoption(api: Api, handle: Handle, existing: dict[str, Any], reason: str) -> None:
    """A session that is closed, or made of other properties, is left alone; so is its rollback."""
    api.answers("get_proxy_session", {"ProxySession": existing})
    declared = properties(
        AdoptProxySessionId=SESSION,
        NumberSelectionBehavior="PreferSticky",
        GeoMatchLevel="AreaCode",
    )
    if existing.get("Participants") == []:
        declared = properties(AdoptProxySessionId=SESSION)

    answer = handle(event("Create", ResourceProperties=declared))

    assert reason in answer["Reason"]
    assert answer["PhysicalResourceId"] == f"create-failed/{REQUEST}"


def test_fault_is_at_its_place_in_the_template(handle: Handle) -> None:
    """The order in which the provider compares capabilities is not the order of the template."""
    wrong = properties(Capabilities=["Voice", "Fax"])

    reason = handle(event("Create", ResourceProperties=wrong))["Reason"]

    assert "Capabilities[1] must be one of Voice, SMS" in reason


def test_property_named_after_a_number(handle: Handle) -> None:
    """A long property that is none is cut short, but not in the middle of a phone number."""
    wrong = properties(**{f"{'x' * 53}{RIDER}": "1"})

    reason = handle(event("Create", ResourceProperties=wrong))["Reason"]

    assert "is not a property" in reason
    assert RIDER[1:7] not in reason
