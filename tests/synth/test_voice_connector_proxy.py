import re
from inspect import getsource
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_chime, aws_secretsmanager
from aws_cdk.assertions import Template

from chime_proxy import Capability, PhoneNumber, ProxySession, VoiceConnectorProxy
from chime_proxy_provider.voice_connector_proxy import api as configurations
from chime_proxy_provider.voice_connector_proxy import resource as voice_connector_proxy

RIDER, DRIVER, FALLBACK = "+14015550101", "+12065550100", "+14015550123"
CONNECTOR = "abcdef1ghij2klmno3pqr4"
TYPE = "Custom::ChimeVoiceConnectorProxy"


def proxy(stack: cdk.Stack, **changes: Any) -> VoiceConnectorProxy:
    """A configuration with the required props, and changes to them."""
    needed: dict[str, Any] = {
        "voice_connector": CONNECTOR,
        "pool_countries": ["US", "CA"],
        "default_expiry": cdk.Duration.hours(1),
    }
    return VoiceConnectorProxy(stack, "Proxy", **{**needed, **changes})


def resource(stack: cdk.Stack, resource_type: str = TYPE) -> dict[str, Any]:
    """The one resource of a type in a stack's template."""
    (found,) = Template.from_stack(stack).find_resources(resource_type).values()
    return dict(found)


def test_properties_are_pinned(stack: cdk.Stack) -> None:
    """The synthesized properties are these to the letter: another one would update them all."""
    proxy(
        stack,
        fallback_number=FALLBACK,
        enabled=False,
        adopt_existing=True,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )

    found = resource(stack)

    assert found["Properties"].pop("ServiceToken")["Fn::GetAtt"][1] == "Arn"
    assert found["Properties"] == {
        "ServiceTimeout": "180",
        "VoiceConnectorId": CONNECTOR,
        "DefaultSessionExpiryMinutes": 60,
        "PhoneNumberPoolCountries": ["US", "CA"],
        "FallBackPhoneNumber": FALLBACK,
        "Disabled": True,
        "AdoptExisting": True,
    }
    assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == "Retain"


def test_least_properties(stack: cdk.Stack) -> None:
    """Props left out are not in the template."""
    proxy(stack)

    assert set(resource(stack)["Properties"]) == {
        "ServiceToken",
        "ServiceTimeout",
        "VoiceConnectorId",
        "DefaultSessionExpiryMinutes",
        "PhoneNumberPoolCountries",
    }


def test_session_depends_on_its_configuration(stack: cdk.Stack) -> None:
    """A session is created after its connector's configuration and deleted before it."""
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="calls", require_encryption=True
    )
    configured = proxy(stack, voice_connector=connector)
    ProxySession(
        stack,
        "Ride",
        voice_connector=configured,
        participants=[RIDER, DRIVER],
        capabilities=[Capability.VOICE],
    )

    session = resource(stack, "Custom::ChimeProxySession")

    assert session["Properties"]["VoiceConnectorId"] == {
        "Fn::GetAtt": ["Connector", "VoiceConnectorId"]
    }
    (logical_id,) = Template.from_stack(stack).find_resources(TYPE)
    assert logical_id in session["DependsOn"]


def test_permission_is_for_three_calls_on_the_connector(stack: cdk.Stack) -> None:
    """The provider may make exactly the handler's three calls, on exactly the connector."""
    proxy(stack)

    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (permitted,) = [
        one
        for policy in policies
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        if "Proxy" in str(one["Action"])
    ]

    calls = re.findall(r"client\(\)\.(\w+)_voice_connector_proxy", getsource(configurations))
    actions = {f"chime:{verb.capitalize()}VoiceConnectorProxy" for verb in calls}
    assert set(permitted["Action"]) == actions
    assert len(actions) == 3
    assert str(permitted["Resource"]).count(f":vc/{CONNECTOR}") == 1
    assert permitted["Resource"] != "*"


def test_depends_on_its_permission(stack: cdk.Stack) -> None:
    """A configuration is created after its permission and deleted before it."""
    proxy(stack)

    assert any("VoiceConnectorProxyabcdef" in one for one in resource(stack)["DependsOn"])


def test_fallback_by_reference(stack: cdk.Stack) -> None:
    """The template has the ARN of a fallback number's secret, and the provider may read it."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:fallback-AbCdEf"
    secret = aws_secretsmanager.Secret.from_secret_complete_arn(stack, "Fallback", arn)
    proxy(stack, fallback_number=PhoneNumber.from_secret(secret))

    assert resource(stack)["Properties"]["FallBackPhoneNumber"] == {"SecretArn": arn}
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    assert "secretsmanager:GetSecretValue" in str(policies)


def test_all_errors_at_once(stack: cdk.Stack) -> None:
    """One error names every wrong prop, without its value."""
    with pytest.raises(ValueError, match="Calls/Proxy: ") as caught:
        proxy(
            stack,
            voice_connector="vc",
            pool_countries=["usa"],
            default_expiry=cdk.Duration.days(1),
            fallback_number="5550100",
        )

    text = str(caught.value)
    props = ("voice_connector", "pool_countries", "default_expiry", "fallback_number")
    assert all(prop in text for prop in props)
    assert "5550100" not in text


@pytest.mark.parametrize("number", [0, 105])
def test_number_of_countries(stack: cdk.Stack, number: int) -> None:
    """The list has 1 to 100 countries, as the API requires."""
    countries = [f"{a}{b}" for a in "ABCDE" for b in "ABCDEFGHIJKLMNOPQRSTU"]

    with pytest.raises(ValueError, match="pool_countries must have 1 to 100 items"):
        proxy(stack, pool_countries=countries[:number])


@pytest.mark.parametrize("number", [14015550123, 1.5, {}, ["+14015550123"]])
def test_fallback_of_another_type(stack: cdk.Stack, number: Any) -> None:
    """The error for a wrong type is like any other, without the value."""
    with pytest.raises(ValueError, match="fallback_number must be a number in E") as caught:
        proxy(stack, fallback_number=number)

    assert "5550123" not in str(caught.value)


def test_adoption_needs_a_removal_policy(stack: cdk.Stack) -> None:
    """A configuration is adopted only with a removal policy."""
    with pytest.raises(ValueError, match=r"adopt_existing needs removal_policy.*RETAIN"):
        proxy(stack, adopt_existing=True)


def test_every_attribute_is_a_property(stack: cdk.Stack) -> None:
    """Every attribute of the schema is a property of the construct."""
    one = proxy(stack)
    values = [
        one.voice_connector_id,
        one.default_session_expiry_minutes,
        one.phone_number_countries,
        one.fall_back_phone_number,
        one.disabled,
    ]

    names = [stack.resolve(value)["Fn::GetAtt"][1] for value in values]

    assert tuple(names) == voice_connector_proxy.SCHEMA.attributes


@pytest.mark.parametrize("enabled", ["false", None, cdk.Fn.condition_if("C", "true", "false")])
def test_enabled_is_true_or_false(stack: cdk.Stack, enabled: Any) -> None:
    """Other values would be taken for true; a token cannot be negated."""
    with pytest.raises(ValueError, match="enabled must be true or false"):
        proxy(stack, enabled=enabled)


def test_fallback_number_is_no_secret_value(stack: cdk.Stack) -> None:
    """CloudFormation resolves no secret in a custom resource: `PhoneNumber` reads it instead."""
    with pytest.raises(ValueError, match=r"fallback_number must not be a secret.*from_secret or"):
        proxy(stack, fallback_number=cdk.SecretValue.secrets_manager("fallback"))


def test_conditions_pass_everywhere(stack: cdk.Stack) -> None:
    """A condition passes as any prop but `enabled`."""
    value = cdk.Fn.condition_if("C", "a", "b")
    proxy(stack, voice_connector=value, pool_countries=value, fallback_number=value)

    properties = resource(stack)["Properties"]

    assert properties["PhoneNumberPoolCountries"] == {"Fn::If": ["C", "a", "b"]}
    assert properties["FallBackPhoneNumber"] == {"Fn::If": ["C", "a", "b"]}


@pytest.mark.parametrize("countries", ["US", {"US"}, None])
def test_countries_are_a_list(stack: cdk.Stack, countries: Any) -> None:
    """Other values than lists are refused by name."""
    with pytest.raises(ValueError, match=r"pool_countries (must be a list of 1|is required)"):
        proxy(stack, pool_countries=countries)
