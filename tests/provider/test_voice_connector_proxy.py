from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.doubles import CONNECTOR, REQUEST, Answers, Api, Context, event, response_url

from chime_proxy_provider import handler as provider

Handle = Callable[[Any], dict[str, Any]]

KEY = {"VoiceConnectorId": CONNECTOR}
FALLBACK = "+14015550123"
DECLARED = {
    "ServiceTimeout": "180",
    "VoiceConnectorId": CONNECTOR,
    "DefaultSessionExpiryMinutes": "60",
    "PhoneNumberPoolCountries": ["US", "CA"],
    "FallBackPhoneNumber": FALLBACK,
    "Disabled": "false",
}
CALL = {
    "VoiceConnectorId": CONNECTOR,
    "DefaultSessionExpiryMinutes": 60,
    "PhoneNumberPoolCountries": ["CA", "US"],
    "FallBackPhoneNumber": FALLBACK,
    "Disabled": False,
}
PROXY = {
    "Proxy": {
        "DefaultSessionExpiryMinutes": 60,
        "Disabled": False,
        "FallBackPhoneNumber": FALLBACK,
        "PhoneNumberCountries": ["US", "CA"],
    }
}
OLD_PROXY = {"Proxy": {**PROXY["Proxy"], "FallBackPhoneNumber": "+14015550199"}}
OTHER_PROXY = {"Proxy": {"DefaultSessionExpiryMinutes": 5, "PhoneNumberCountries": ["CA"]}}

OTHER = "zbcdef1ghij2klmno3pqr4"
REFERRING = {
    **DECLARED,
    "FallBackPhoneNumber": {
        "SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:fallback-AbCdEf"
    },
}


def request(request_type: str, **fields: Any) -> dict[str, Any]:
    """An event about a connector's configuration."""
    own: dict[str, Any] = {
        "ResourceType": "Custom::ChimeVoiceConnectorProxy",
        "ResourceProperties": DECLARED,
    }
    if request_type != "Create":
        own["PhysicalResourceId"] = CONNECTOR
    if request_type == "Update":
        own["OldResourceProperties"] = DECLARED
    return event(request_type, **{**own, **fields})


def test_new_configuration_costs_two_calls(api: Api, handle: Handle) -> None:
    """A connector without a configuration gets one by two calls; its id is the physical id."""
    api.fails("get_voice_connector_proxy", 404, "NotFoundException")
    api.answers("put_voice_connector_proxy", PROXY, CALL)

    answer = handle(request("Create"))

    assert answer["PhysicalResourceId"] == CONNECTOR
    assert answer["Data"] == {
        "VoiceConnectorId": CONNECTOR,
        "DefaultSessionExpiryMinutes": "60",
        "PhoneNumberCountries": "CA,US",
        "FallBackPhoneNumber": FALLBACK,
        "Disabled": "false",
    }


@pytest.mark.parametrize("existing", [PROXY, OTHER_PROXY])
def test_existing_configuration_is_left_alone(
    api: Api, handle: Handle, existing: dict[str, Any]
) -> None:
    """A configuration that is there already is left alone, by the Delete that follows as well."""
    api.answers("get_voice_connector_proxy", existing, KEY)

    answer = handle(request("Create"))

    assert answer["Reason"].startswith("AlreadyExists: ")
    assert "AdoptExisting" in answer["Reason"]
    assert answer["PhysicalResourceId"] == f"create-failed/{REQUEST}"


def test_existing_configuration_is_adopted_if_declared(api: Api, handle: Handle) -> None:
    """A configuration that is there already is taken over where that is asked for."""
    api.answers("get_voice_connector_proxy", OTHER_PROXY)
    api.answers("put_voice_connector_proxy", PROXY, CALL)

    answer = handle(request("Create", ResourceProperties={**DECLARED, "AdoptExisting": "true"}))

    assert answer["PhysicalResourceId"] == CONNECTOR


def test_failed_adoption(api: Api, handle: Handle) -> None:
    """A configuration whose adoption failed is not deleted."""
    api.answers("get_voice_connector_proxy", OTHER_PROXY)
    for _ in range(6):
        api.fails("put_voice_connector_proxy", 500, "ServiceFailureException")

    answer = handle(request("Create", ResourceProperties={**DECLARED, "AdoptExisting": "true"}))

    assert answer["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"


def test_later_delivery_takes_an_equal_configuration_for_its_own(api: Api, handle: Handle) -> None:
    """A delivery that may not be the first takes the configuration for its own if it is alike."""
    api.answers("get_voice_connector_proxy", PROXY)

    answer = handle(request("Create", ResponseURL=response_url("20261121T115830Z")))

    assert answer["PhysicalResourceId"] == CONNECTOR


def test_unknown_end(api: Api, handle: Handle) -> None:
    """A configuration that may have been made has its own id in the failure, for the Delete."""
    api.fails("get_voice_connector_proxy", 404, "NotFoundException")
    for _ in range(6):
        api.fails("put_voice_connector_proxy", 500, "ServiceFailureException")

    answer = handle(request("Create"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == CONNECTOR


@pytest.mark.parametrize(
    ("signed", "marker"),
    [("20261121T115959Z", "create-failed"), ("20261121T115830Z", "create-interrupted")],
)
def test_look_that_fails(api: Api, handle: Handle, signed: str, marker: str) -> None:
    """Where a connector cannot be looked at, nothing was made, unless by an earlier delivery."""
    api.fails("get_voice_connector_proxy", 400, "BadRequestException")

    answer = handle(request("Create", ResponseURL=response_url(signed)))

    assert answer["PhysicalResourceId"] == f"{marker}/{REQUEST}"


@pytest.mark.parametrize(
    "change",
    [
        {"DefaultSessionExpiryMinutes": "5"},
        {"PhoneNumberPoolCountries": ["US"]},
        {"FallBackPhoneNumber": "+14015550124"},
        {"Disabled": "true"},
    ],
)
def test_in_place(api: Api, handle: Handle, change: dict[str, Any]) -> None:
    """Everything but the connector changes in place, by one call."""
    api.answers("put_voice_connector_proxy", PROXY)

    answer = handle(request("Update", ResourceProperties={**DECLARED, **change}))

    assert answer["PhysicalResourceId"] == CONNECTOR


@pytest.mark.parametrize(
    "change", [{"PhoneNumberPoolCountries": ["CA", "US"]}, {"AdoptExisting": "true"}]
)
def test_nothing_changed(api: Api, handle: Handle, change: dict[str, Any]) -> None:
    """A change that means nothing to the API refreshes the attributes by one call."""
    api.answers("get_voice_connector_proxy", PROXY)

    answer = handle(request("Update", ResourceProperties={**DECLARED, **change}))

    assert answer["Data"]["DefaultSessionExpiryMinutes"] == "60"


def test_deleted_configuration_is_put_again_under_its_id(api: Api, handle: Handle) -> None:
    """A configuration that somebody deleted is made again, under the same id."""
    api.fails("get_voice_connector_proxy", 404, "NotFoundException")
    api.answers("put_voice_connector_proxy", PROXY, CALL)

    answer = handle(request("Update", ResourceProperties={**DECLARED, "ServiceTimeout": "100"}))

    assert answer["PhysicalResourceId"] == CONNECTOR


@pytest.mark.parametrize("status", [204, 404])
def test_delete_is_one_call_whether_or_not_the_configuration_is_there(
    api: Api, handle: Handle, status: int
) -> None:
    """A Delete is one call, and what is gone is deleted."""
    if status == 204:
        api.answers("delete_voice_connector_proxy", {}, KEY)
    else:
        api.fails("delete_voice_connector_proxy", status, "NotFoundException")

    assert handle(request("Delete"))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "physical_id", [f"create-failed/{REQUEST}", f"create-interrupted/{REQUEST}", "Calls-Proxy-1A2B"]
)
def test_delete_of_what_may_be_of_others(handle: Handle, physical_id: str) -> None:
    """A Delete by any id but the connector's touches no configuration."""
    answer = handle(request("Delete", PhysicalResourceId=physical_id))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)


def test_all_faults_are_named_at_once_without_values(handle: Handle) -> None:
    """Properties at fault are named all at once, without a call and without their values."""
    wrong = {
        "VoiceConnectorId": "arn:vc",
        "DefaultSessionExpiryMinutes": "721",
        "PhoneNumberPoolCountries": ["usa"],
        "FallBackPhoneNumber": "555",
        "Disabled": "perhaps",
    }

    reason = handle(request("Create", ResourceProperties=wrong))["Reason"]

    assert all(name in reason for name in wrong)
    assert "555" not in reason


def test_too_many_countries(handle: Handle) -> None:
    """More countries than the API takes are refused without a call, as they are at synthesis."""
    countries = [f"{a}{b}" for a in "ABCDE" for b in "ABCDEFGHIJKLMNOPQRSTU"]
    wrong = {**DECLARED, "PhoneNumberPoolCountries": countries}

    reason = handle(request("Create", ResourceProperties=wrong))["Reason"]

    assert "PhoneNumberPoolCountries must have 1 to 100 items" in reason


@pytest.fixture
def read(handler: provider.Handler, answers: Answers) -> Handle:
    """Hand an event to a handler whose only secret holds the fallback number."""

    def run(event: Any) -> dict[str, Any]:
        secrets = Api("secretsmanager")
        secrets.answers("get_secret_value", {"SecretString": FALLBACK})
        replace(handler, secrets_manager=lambda: secrets.client)(event, Context())
        return answers.only

    return run


def test_number_by_reference(api: Api, read: Handle) -> None:
    """A number that stands in a secret goes to the API, and is shown by no attribute."""
    api.fails("get_voice_connector_proxy", 404, "NotFoundException")
    api.answers("put_voice_connector_proxy", PROXY, CALL)

    answer = read(request("Create", ResourceProperties=REFERRING))

    assert answer["Data"]["FallBackPhoneNumber"] == ""


@pytest.mark.parametrize("after", [PROXY, OLD_PROXY])
def test_rotated_secret(api: Api, read: Handle, after: dict[str, Any]) -> None:
    """A secret's new number takes effect at the next update, and the old one is not shown either."""
    api.answers("get_voice_connector_proxy", OLD_PROXY)
    api.answers("put_voice_connector_proxy", after, CALL)

    answer = read(
        request(
            "Update",
            ResourceProperties={**REFERRING, "ServiceTimeout": "100"},
            OldResourceProperties=REFERRING,
        )
    )

    assert answer["Data"]["FallBackPhoneNumber"] == ""


def test_rollback_after_a_rotation(api: Api, read: Handle) -> None:
    """A secret's new number does not keep a replacement from being taken back."""
    api.answers("get_voice_connector_proxy", OLD_PROXY, KEY)
    api.answers("put_voice_connector_proxy", PROXY, CALL)

    answer = read(
        request(
            "Update",
            PhysicalResourceId=OTHER,
            ResourceProperties=REFERRING,
            OldResourceProperties={**REFERRING, "VoiceConnectorId": OTHER},
        )
    )

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", CONNECTOR)


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_unknown_type(handle: Handle, request_type: str) -> None:
    """A type that the provider does not serve is refused, and its types are named."""
    reason = handle(request(request_type, ResourceType="Custom::ChimeThing"))["Reason"]

    types = "Custom::ChimeProxySession, Custom::ChimeVoiceConnectorProxy"
    assert reason == f"InvalidRequest: the resource's Type must be one of {types}"


def test_delete_of_an_unknown_type(handle: Handle) -> None:
    """What is of no type that the provider serves can be deleted without a call."""
    assert handle(request("Delete", ResourceType="Custom::ChimeThing"))["Status"] == "SUCCESS"
