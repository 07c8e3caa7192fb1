from datetime import UTC, datetime, timedelta
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime, aws_ssm
from aws_cdk.assertions import Annotations, Match, Template

from chime_proxy import (
    Capability,
    GeoMatch,
    GeoMatchLevel,
    NumberSelection,
    ProxySession,
    ProxySessionProvider,
    VoiceConnectorProxy,
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
        (
            {"participants": RIDER},
            "participants must be a list of exactly 2 items, not of type str",
        ),
        ({"participants": {RIDER, DRIVER}}, "participants must be a list of exactly 2 items"),
        ({"participants": iter([RIDER, DRIVER])}, "participants must be a list of exactly 2 items"),
        ({"participants": [RIDER, object()]}, "participants[1] must be a number in E.164"),
        ({"participants": [{RIDER}, DRIVER]}, "participants[0] must be a number in E.164"),
        ({"participants": [RIDER, None]}, "at most 15 digits; or a PhoneNumber"),
        ({"capabilities": {Capability.VOICE}}, "capabilities must be a list of at least 1 item"),
        ({"capabilities": "Voice"}, "capabilities must be a list of at least 1 item"),
        ({"name": object()}, "name must be text"),
        ({"number_selection": {"Sticky"}}, "number_selection must be one of"),
        ({"voice_connector": ""}, "voice_connector must be the id of a voice connector"),
        ({"voice_connector": {CONNECTOR}}, "voice_connector must be text"),
        ({"voice_connector": "{{resolve:ssm}}"}, "voice_connector must be the id"),
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
        ({"participants": {RIDER: 1, DRIVER: 2}}, "participants must be a list of exactly 2 items"),
        ({"capabilities": [None]}, "capabilities[0] must be"),
        ({"geo_match": {"country": "US"}}, "geo_match must be a GeoMatch"),
        ({"voice_connector": None}, "voice_connector is required"),
        ({"voice_connector": 5}, "voice_connector must be text"),
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


@pytest.mark.parametrize("value", ["false", 1, None, [], cdk.Fn.condition_if("C", "a", "b")])
def test_ensure_open_on_deploy_is_true_or_false(stack: cdk.Stack, value: Any) -> None:
    """Any other value is refused, a token too: it is not known when the template is written."""
    with pytest.raises(ValueError, match="ensure_open_on_deploy must be True or False"):
        ride(stack, ensure_open_on_deploy=value)


def test_lookup_passes_until_it_is_made() -> None:
    """The dummy of a lookup passes, alone and in a list; the looked-up value is checked."""
    pending, found = _looked_up({}), _looked_up({_LOOKUP: CONNECTOR})
    ride(
        pending,
        participants=cdk.Fn.split(",", _lookup(pending)),
        voice_connector=_lookup(pending),
        name=_lookup(pending),
    )
    ride(found, voice_connector=_lookup(found))

    assert resource(found)["Properties"]["VoiceConnectorId"] == CONNECTOR
    bad = _looked_up({_LOOKUP: "Main"})
    with pytest.raises(ValueError, match="voice_connector must be the id"):
        ride(bad, voice_connector=_lookup(bad))


_LOOKUP = "ssm:account=123456789012:parameterName=/calls/connector:region=us-east-1"


def _looked_up(context: dict[str, str]) -> cdk.Stack:
    app = cdk.App(context={"aws:cdk:bundling-stacks": [], **context})
    where = cdk.Environment(account="123456789012", region="us-east-1")
    return cdk.Stack(app, "Calls", env=where)


def _lookup(stack: cdk.Stack) -> str:
    return aws_ssm.StringParameter.value_from_lookup(stack, "/calls/connector")


def test_parameter_passes_by_dynamic_reference(stack: cdk.Stack) -> None:
    """CloudFormation resolves plain parameters in a custom resource, also within a text."""
    reference = "{{resolve:ssm:/calls/connector:1}}"
    ride(stack, voice_connector=reference, participants=[f"+1{reference}", DRIVER], name=reference)

    properties = resource(stack)["Properties"]

    assert properties["VoiceConnectorId"] == properties["Name"] == reference
    assert properties["ParticipantPhoneNumbers"][0] == f"+1{reference}"


_SECRETS: dict[str, Any] = {
    "reference": "{{resolve:secretsmanager:rider}}",
    "secure parameter": "{{resolve:ssm-secure:/rider}}",
    "secret value": cdk.SecretValue.secrets_manager("rider"),
    "unwrapped": cdk.SecretValue.secrets_manager("rider").unsafe_unwrap(),
    "part of a text": f"+1{cdk.SecretValue.ssm_secure('/rider').unsafe_unwrap()}",
    "condition": cdk.Fn.condition_if(
        "C", cdk.SecretValue.secrets_manager("rider").unsafe_unwrap(), RIDER
    ),
}


@pytest.mark.parametrize("secret", _SECRETS.values(), ids=_SECRETS.keys())
def test_secret_is_refused_with_the_remedy(stack: cdk.Stack, secret: Any) -> None:
    """CloudFormation resolves no secret in a custom resource: `PhoneNumber` reads it instead."""
    with pytest.raises(ValueError, match=r"^Calls/Ride: adopt must not be a secret.*; name must"):
        ride(stack, name=secret, adopt=secret, removal_policy=cdk.RemovalPolicy.RETAIN)
    with pytest.raises(
        ValueError, match=r"participants\[1\] must not be a secret.*PhoneNumber.from_secret or"
    ):
        ride(stack, "Other", participants=[DRIVER, secret])


def test_conditions_pass_everywhere(stack: cdk.Stack) -> None:
    """A condition passes as any prop, as a whole list and as an item of one."""
    value = cdk.Fn.condition_if("C", "a", "b")
    ride(
        stack,
        voice_connector=value,
        participants=value,
        capabilities=value,
        name=value,
        number_selection=value,
        geo_match=GeoMatch(level=value, country=value, area_code=value),  # type: ignore[arg-type]
        reveal_participants=value,
    )
    ride(stack, "Other", participants=[value, DRIVER], capabilities=[value])
    resolved = {"Fn::If": ["C", "a", "b"]}

    first, second = Template.from_stack(stack).find_resources(TYPE).values()

    given = first["Properties"]
    del given["ServiceToken"], given["ServiceTimeout"]
    params = given.pop("GeoMatchParams")
    assert all(one == resolved for one in [*given.values(), *params.values()])
    assert len(given) == 7
    assert second["Properties"]["ParticipantPhoneNumbers"] == [resolved, DRIVER]


def test_text_in_place_of_participants(stack: cdk.Stack) -> None:
    """A single number is refused by the type checker too: two are wanted."""
    with pytest.raises(
        ValueError, match="participants must be a list of exactly 2 items, not of type str"
    ):
        ProxySession(
            stack,
            "Ride",
            voice_connector=CONNECTOR,
            participants=RIDER,  # type: ignore[arg-type]  # this is the claim
            capabilities=[Capability.VOICE],
        )


def test_tuples_are_lists(stack: cdk.Stack) -> None:
    """Tuples pass like lists."""
    ride(stack, participants=(RIDER, DRIVER), capabilities=(Capability.SMS,))

    assert resource(stack)["Properties"]["Capabilities"] == ["SMS"]


@pytest.mark.parametrize("connected", ["construct", "ref", "id"])
def test_connector_without_configuration_is_warned_of(stack: cdk.Stack, connected: str) -> None:
    """A warning names the connector of the app that has no configuration in it."""
    connector = _connector(stack)
    known = {"construct": connector, "ref": connector.ref, "id": connector.attr_voice_connector_id}
    ride(stack, voice_connector=known[connected])

    (warning,) = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp(_WARNING))

    assert warning.id == "/Calls/Ride"


_WARNING = r"Calls/Connector has no VoiceConnectorProxy.*cdk-chime-proxy:noVoiceConnectorProxy"


def test_configuration_may_come_later(stack: cdk.Stack) -> None:
    """There is no warning if the connector has a configuration anywhere in the app."""
    connector = _connector(stack)
    ride(stack, voice_connector=connector)
    VoiceConnectorProxy(
        cdk.Stack(stack, "Other"),
        "Proxy",
        voice_connector=connector.attr_voice_connector_id,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )

    assert Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp(_WARNING)) == []


def test_missing_configuration_is_acknowledged(stack: cdk.Stack) -> None:
    """The warning can be acknowledged by its id."""
    ride(stack, voice_connector=_connector(stack))
    cdk.Annotations.of(stack).acknowledge_warning("cdk-chime-proxy:noVoiceConnectorProxy")

    assert Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp(_WARNING)) == []
