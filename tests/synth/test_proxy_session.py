from datetime import UTC, datetime, timedelta
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime
from aws_cdk.assertions import Match, Template

from chime_proxy import (
    Capability,
    GeoMatch,
    GeoMatchLevel,
    NumberSelection,
    ProxySession,
    ProxySessionProvider,
)
from chime_proxy_provider.proxy_session import resource as proxy_session

RIDER, DRIVER, CONNECTOR = "+14015550101", "+12065550100", "abcdef1ghij2klmno3pqr4"
TYPE = "Custom::ChimeProxySession"


def ride(stack: cdk.Stack, construct_id: str = "Ride", **changes: Any) -> ProxySession:
    """A session with the required props, and changes to them."""
    needed: dict[str, Any] = {
        "voice_connector": CONNECTOR,
        "participants": [RIDER, DRIVER],
        "capabilities": [Capability.VOICE, Capability.SMS],
    }
    return ProxySession(stack, construct_id, **{**needed, **changes})


def resource(stack: cdk.Stack) -> dict[str, Any]:
    """The one session of a stack's template."""
    (found,) = Template.from_stack(stack).find_resources(TYPE).values()
    return dict(found)


def test_properties_are_pinned(stack: cdk.Stack) -> None:
    """The synthesized properties are these to the letter: another one would update every session."""
    ride(
        stack,
        expiry=cdk.Duration.hours(1),
        name="Ride 7",
        number_selection=NumberSelection.PREFER_STICKY,
        geo_match=GeoMatch(level=GeoMatchLevel.AREA_CODE, country="US", area_code="206"),
    )

    properties = resource(stack)["Properties"]

    assert properties.pop("ServiceToken")["Fn::GetAtt"][1] == "Arn"
    assert properties == {
        "ServiceTimeout": "180",
        "VoiceConnectorId": CONNECTOR,
        "ParticipantPhoneNumbers": [RIDER, DRIVER],
        "Capabilities": ["Voice", "SMS"],
        "ExpiryMinutes": 60,
        "Name": "Ride 7",
        "NumberSelectionBehavior": "PreferSticky",
        "GeoMatchLevel": "AreaCode",
        "GeoMatchParams": {"Country": "US", "AreaCode": "206"},
    }


def test_least_properties(stack: cdk.Stack) -> None:
    """Props left out are not in the template."""
    ride(stack)

    assert set(resource(stack)["Properties"]) == {
        "ServiceToken",
        "ServiceTimeout",
        "VoiceConnectorId",
        "ParticipantPhoneNumbers",
        "Capabilities",
    }


def test_handler_reads_what_is_synthesized(stack: cdk.Stack) -> None:
    """The handler's schema accepts the template's properties as CloudFormation sends them."""
    ride(stack, expiry=cdk.Duration.minutes(720), geo_match=GeoMatch(country="US", area_code="206"))
    sent = _as_sent(resource(stack)["Properties"])
    del sent["ServiceToken"], sent["ServiceTimeout"]

    recast = proxy_session.SCHEMA.recast(sent)
    proxy_session.SCHEMA.check(recast)

    assert recast["ExpiryMinutes"] == 720


def _as_sent(value: Any) -> Any:
    match value:
        case dict():
            return {key: _as_sent(item) for key, item in value.items()}
        case list():
            return [_as_sent(item) for item in value]
        case _:
            return str(value)


def test_every_attribute_is_a_property(stack: cdk.Stack) -> None:
    """Every attribute of the schema is a property of the construct, and no other name is used."""
    session = ride(stack)
    first, second = session.participants
    values = [
        session.proxy_session_id,
        session.voice_connector_id,
        session.session_name,
        session.status,
        session.expiry_minutes,
        session.capabilities,
        session.created_timestamp,
        session.updated_timestamp,
        session.ended_timestamp,
        session.proxy_phone_number,
        first.phone_number,
        first.proxy_phone_number,
        second.phone_number,
        second.proxy_phone_number,
        session.number_selection_behavior,
        session.geo_match_level,
        session.geo_match_country,
        session.geo_match_area_code,
    ]

    names = [stack.resolve(value)["Fn::GetAtt"][1] for value in values]

    assert tuple(names) == proxy_session.SCHEMA.attributes


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"participants": [RIDER]}, "participants must have exactly 2 items"),
        (
            {"participants": [RIDER, DRIVER, "+12065550102"]},
            "participants must have exactly 2 items",
        ),
        ({"participants": [RIDER, RIDER]}, "participants must not repeat an item"),
        ({"participants": [RIDER, "2065550100"]}, "participants[1] must be a number in E.164"),
        ({"participants": [RIDER, "+1206555010x"]}, "participants[1] must be a number in E.164"),
        ({"participants": [RIDER, f"{DRIVER}\n"]}, "participants[1] must be a number in E.164"),
        ({"participants": RIDER}, "participants must be of type array"),
        ({"capabilities": []}, "capabilities must have at least 1 item"),
        ({"capabilities": ["Fax"]}, "capabilities[0] must be one of Voice, SMS"),
        ({"capabilities": [Capability.SMS, "SMS"]}, "capabilities must not repeat an item"),
        (
            {"expiry": cdk.Duration.minutes(0)},
            "expiry must be a Duration of 1 to 720 whole minutes",
        ),
        (
            {"expiry": cdk.Duration.minutes(721)},
            "expiry must be a Duration of 1 to 720 whole minutes",
        ),
        (
            {"expiry": cdk.Duration.seconds(90)},
            "expiry must be a Duration of 1 to 720 whole minutes",
        ),
        ({"expiry": "sixty"}, "expiry must be a Duration of 1 to 720 whole minutes"),
        ({"expiry": 60}, "expiry must be a Duration of 1 to 720 whole minutes"),
        ({"participants": None}, "participants is required"),
        ({"participants": {RIDER: 1, DRIVER: 2}}, "participants must be of type array"),
        ({"capabilities": [None]}, "capabilities[0] must be"),
        ({"geo_match": {"country": "US"}}, "geo_match must be a GeoMatch"),
        ({"voice_connector": None}, "voice_connector is required"),
        ({"voice_connector": 5}, "voice_connector must be of type string"),
        ({"name": "Ride-7"}, "name must be at most 30 letters, digits and spaces"),
        ({"name": "x" * 31}, "name must be at most 30 letters, digits and spaces"),
        ({"geo_match": GeoMatch(area_code="206")}, "geo_match.country is required"),
        ({"geo_match": GeoMatch(country="US")}, "geo_match.area_code is required"),
        (
            {"geo_match": GeoMatch(country="us", area_code="206")},
            "geo_match.country must be two capital",
        ),
        ({"geo_match": GeoMatch(level="City")}, "geo_match.level must be one of Country, AreaCode"),
        (
            {"number_selection": "Sticky"},
            "number_selection must be one of PreferSticky, AvoidSticky",
        ),
        (
            {"voice_connector": f"arn:aws:chime:us-east-1:123456789012:vc/{CONNECTOR}"},
            f"voice_connector must be the id, not the ARN: use '{CONNECTOR}'",
        ),
        ({"voice_connector": "Main"}, "voice_connector must be the id of a voice connector"),
    ],
)
def test_bad_literals(stack: cdk.Stack, changes: dict[str, Any], fault: str) -> None:
    """The error for a bad literal has the prop and its allowed values, never a phone number."""
    with pytest.raises(ValueError, match="Calls/Ride: ") as raised:
        ride(stack, **changes)

    assert fault in str(raised.value)
    assert "555" not in str(raised.value)


def test_all_errors_at_once(stack: cdk.Stack) -> None:
    """One error names every wrong prop."""
    with pytest.raises(ValueError, match=r"capabilities.*expiry.*name.*participants"):
        ride(stack, participants=[], capabilities=[], name="-", expiry=cdk.Duration.days(1))


def test_tokens_pass(stack: cdk.Stack) -> None:
    """Parameters and attributes pass untouched, as strings, lists, numbers and parts of a text."""
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    texts = cdk.CfnParameter(stack, "Texts", type="CommaDelimitedList").value_as_list
    ride(
        stack,
        voice_connector=text,
        participants=[f"+1{text}", DRIVER],
        capabilities=texts,
        expiry=cdk.Duration.minutes(number),
        name=text,
        number_selection=text,
        geo_match=GeoMatch(level=text, country=text, area_code=text),
    )

    properties = resource(stack)["Properties"]

    assert properties["VoiceConnectorId"] == {"Ref": "Text"}
    assert properties["ParticipantPhoneNumbers"] == [
        {"Fn::Join": ["", ["+1", {"Ref": "Text"}]]},
        DRIVER,
    ]
    assert properties["Capabilities"] == {"Ref": "Texts"}
    assert properties["ExpiryMinutes"] == {"Ref": "Number"}
    assert properties["GeoMatchParams"]["AreaCode"] == {"Ref": "Text"}


def test_participants_from_a_list_parameter(stack: cdk.Stack) -> None:
    """The items of a list token are not counted at synthesis."""
    numbers = cdk.CfnParameter(stack, "Numbers", type="CommaDelimitedList").value_as_list

    ride(stack, participants=numbers)

    assert resource(stack)["Properties"]["ParticipantPhoneNumbers"] == {"Ref": "Numbers"}


def _connector(stack: cdk.Stack) -> aws_chime.CfnVoiceConnector:
    return aws_chime.CfnVoiceConnector(stack, "Connector", name="main", require_encryption=True)


def test_connector_construct(stack: cdk.Stack) -> None:
    """The construct of a connector gives its id, not its Ref."""
    ride(stack, voice_connector=_connector(stack))

    assert resource(stack)["Properties"]["VoiceConnectorId"] == {
        "Fn::GetAtt": ["Connector", "VoiceConnectorId"]
    }


def test_connector_ref(stack: cdk.Stack) -> None:
    """A connector's Ref, its ARN, is replaced by its id."""
    ride(stack, voice_connector=_connector(stack).ref)

    assert resource(stack)["Properties"]["VoiceConnectorId"] == {
        "Fn::GetAtt": ["Connector", "VoiceConnectorId"]
    }


def test_resolvables_pass(stack: cdk.Stack) -> None:
    """Tokens pass as objects too, alone and in a list."""
    value = cdk.Fn.get_att("Other", "Value")
    ride(stack, voice_connector=value, participants=[value, DRIVER], name=value)

    properties = resource(stack)["Properties"]

    expected = {"Fn::GetAtt": ["Other", "Value"]}
    assert properties["VoiceConnectorId"] == properties["Name"] == expected
    assert properties["ParticipantPhoneNumbers"] == [expected, DRIVER]


def test_connector_reference(stack: cdk.Stack) -> None:
    """The id is taken from the ARN of a reference without one."""
    ride(stack, voice_connector=_Reference(_connector(stack)))

    assert resource(stack)["Properties"]["VoiceConnectorId"] == {
        "Fn::Select": [1, {"Fn::Split": ["vc/", {"Ref": "Connector"}]}]
    }


class _Reference:
    """The bare interface `IVoiceConnectorRef`."""

    def __init__(self, connector: aws_chime.CfnVoiceConnector) -> None:
        self.voice_connector_ref = connector.voice_connector_ref


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(None, "Delete"), (cdk.RemovalPolicy.RETAIN, "Retain")],
)
def test_removal_policy(stack: cdk.Stack, policy: cdk.RemovalPolicy | None, expected: str) -> None:
    """A session is deleted with its resource unless it is to be retained, replacement included."""
    ride(stack, removal_policy=policy)

    session = resource(stack)

    assert session["DeletionPolicy"] == session["UpdateReplacePolicy"] == expected


def test_provider_is_shared(stack: cdk.Stack) -> None:
    """The sessions of a stack share one function by default."""
    ride(stack, "One")
    ride(stack, "Two")

    Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 1)


def test_own_provider(stack: cdk.Stack) -> None:
    """A session uses its own provider, and no other is created."""
    provider = ProxySessionProvider(stack, "Mine", endpoint_url="https://calls.example.com")
    ride(stack, provider=provider)

    Template.from_stack(stack).has_resource_properties(
        TYPE, {"ServiceToken": stack.resolve(provider.service_token)}
    )


def test_session_depends_on_its_permission(stack: cdk.Stack) -> None:
    """The permission is created before the session and deleted after it."""
    ride(stack)

    (policy,) = Template.from_stack(stack).find_resources(
        "AWS::IAM::Policy",
        {
            "Properties": {
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Sid": Match.absent(),
                            "Resource": Match.object_like({"Fn::Join": Match.any_value()}),
                        }
                    ]
                }
            }
        },
    )
    assert policy in resource(stack)["DependsOn"]


def test_adoption_needs_a_removal_policy(stack: cdk.Stack) -> None:
    """A session is adopted by its id, together with a removal policy."""
    ride(stack, adopt="8f2a", removal_policy=cdk.RemovalPolicy.RETAIN)

    assert resource(stack)["Properties"]["AdoptProxySessionId"] == "8f2a"
    with pytest.raises(ValueError, match="adopt needs removal_policy"):
        ride(stack, "Another", adopt="8f2a")


def test_ensure_open_on_deploy(stack: cdk.Stack) -> None:
    """Each synthesis gives all such sessions the same new value, so that they are updated."""
    ride(stack, ensure_open_on_deploy=True)
    ride(stack, "Another", ensure_open_on_deploy=True)

    sessions = Template.from_stack(stack).find_resources(TYPE).values()
    (when,) = {one["Properties"]["DeploymentId"] for one in sessions}

    assert datetime.now(UTC) - datetime.fromisoformat(when) < timedelta(hours=1)
