"""Events: those that CloudFormation sends, and those that it never would."""

from typing import Any

from hypothesis import strategies as st
from tests import doubles
from tests.fuzz.json_values import PHONE_NUMBERS, mutated

_PHYSICAL_IDS = st.sampled_from(
    [
        doubles.PHYSICAL_ID,
        doubles.PHYSICAL_ID,
        doubles.CONNECTOR,
        doubles.CONNECTOR,
        f"create-failed/{doubles.REQUEST}",
        f"create-interrupted/{doubles.REQUEST}",
        "Calls-Ride-1A2B3C4D5E6F",
    ]
)
_SIGNED = st.sampled_from(
    ["20261121T115959Z"] * 3 + ["20261121T115900Z"] * 2 + ["20261121T090000Z", "99999999T999999Z"]
)
_TYPES = st.sampled_from(["Create", "Update", "Delete"])
_OTHERWISE = st.booleans()

PROPERTIES = st.builds(
    doubles.properties,
    ServiceTimeout=st.sampled_from([None, "180", "x"]),
    ParticipantPhoneNumbers=st.lists(PHONE_NUMBERS, min_size=2, max_size=2, unique=True),
    Capabilities=st.sampled_from([["Voice"], ["SMS", "Voice"]]),
    ExpiryMinutes=st.sampled_from([None, "60", "720"]),
    Name=st.sampled_from([None, "", "Ride 7"]),
    NumberSelectionBehavior=st.sampled_from([None, "PreferSticky"]),
    GeoMatchLevel=st.sampled_from([None, "AreaCode"]),
    GeoMatchParams=st.sampled_from([None, {"Country": "US", "AreaCode": "206"}]),
    AdoptProxySessionId=st.sampled_from([None, None, doubles.SESSION]),
    DeploymentId=st.sampled_from([None, "today"]),
)
"""A session's properties as a template has them."""

CONFIGURATIONS = st.fixed_dictionaries(
    {
        "VoiceConnectorId": st.just(doubles.CONNECTOR),
        "DefaultSessionExpiryMinutes": st.sampled_from(["60", "720"]),
        "PhoneNumberPoolCountries": st.sampled_from([["US"], ["US", "CA"]]),
    },
    optional={
        "FallBackPhoneNumber": PHONE_NUMBERS,
        "Disabled": st.sampled_from(["true", "false"]),
        "AdoptExisting": st.sampled_from(["true", "false"]),
    },
)
"""A proxy configuration's properties as a template has them."""

_DECLARED = {
    "Custom::ChimeProxySession": PROPERTIES,
    "Custom::ChimeVoiceConnectorProxy": CONFIGURATIONS,
}


@st.composite
def _sent(draw: st.DrawFn) -> dict[str, Any]:
    request_type, resource_type = draw(_TYPES), draw(st.sampled_from(sorted(_DECLARED)))
    properties = draw(_DECLARED[resource_type])
    fields = {
        "ResourceType": resource_type,
        "ResourceProperties": properties,
        "ResponseURL": doubles.response_url(draw(_SIGNED)),
    }
    if request_type != "Create":
        fields["PhysicalResourceId"] = draw(_PHYSICAL_IDS)
    if request_type == "Update":
        fields["OldResourceProperties"] = (
            draw(_DECLARED[resource_type]) if draw(_OTHERWISE) else properties
        )
    return doubles.event(request_type, **fields)


SENT_EVENTS = _sent()
"""Events as CloudFormation sends them."""

EVENTS = mutated(SENT_EVENTS)
"""Events of every kind, most of them CloudFormation's with something wrong in them."""
