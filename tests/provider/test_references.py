"""Participants that the template only refers to."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.doubles import (
    CONNECTOR,
    DRIVER,
    NOW,
    PHYSICAL_ID,
    PROXY,
    REQUEST,
    RIDER,
    Answers,
    Api,
    Context,
    event,
    properties,
    response_url,
    session,
)

from chime_proxy_provider import handler as provider
from chime_proxy_provider.cloudformation.event import read_address
from chime_proxy_provider.proxy_session.name import session_name

Handle = Callable[[Any], dict[str, Any]]

NAME = session_name(read_address(event("Create")))
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf"
SECRET = {"SecretArn": ARN}
FIELD = {"SecretArn": ARN, "JsonField": "phone"}
PARAMETER = {"ParameterName": "/drivers/7/phone"}
OTHER = "+12065550142"
NEW_ID = "99999999-67d8-901e-2f3a-b4abcd56789e"
DENIAL = "User: arn:aws:sts::123456789012:assumed-role/R/F is not authorized to perform: x"


@pytest.fixture
def secrets() -> Iterator[Api]:
    """A Secrets Manager that must be called exactly as told."""
    secrets = Api("secretsmanager")
    yield secrets
    secrets.verify()


@pytest.fixture
def parameters() -> Iterator[Api]:
    """A Parameter Store that must be called exactly as told."""
    parameters = Api("ssm")
    yield parameters
    parameters.verify()


@pytest.fixture
def handle(handler: provider.Handler, secrets: Api, parameters: Api, answers: Answers) -> Handle:
    """Hand an event to the handler and return its one answer."""
    reading = replace(
        handler,
        secrets_manager=lambda: secrets.client,
        parameter_store=lambda: parameters.client,
    )

    def run(event: Any) -> dict[str, Any]:
        reading(event, Context())
        return answers.only

    return run


def create(*participants: Any, **changes: Any) -> dict[str, Any]:
    """A Create with these participants."""
    declared = properties(ParticipantPhoneNumbers=list(participants), **changes)
    return event("Create", ResourceProperties=declared)


def update(old: tuple[Any, ...], new: tuple[Any, ...], **changes: Any) -> dict[str, Any]:
    """An Update from some participants to others, with further changes."""
    return event(
        "Update",
        OldResourceProperties=properties(ParticipantPhoneNumbers=list(old)),
        ResourceProperties=properties(ParticipantPhoneNumbers=list(new), **changes),
    )


def call(*numbers: str) -> dict[str, Any]:
    """The call that creates the session."""
    return {
        "VoiceConnectorId": CONNECTOR,
        "ParticipantPhoneNumbers": list(numbers),
        "Capabilities": ["SMS", "Voice"],
        "ExpiryMinutes": 60,
        "Name": NAME,
    }


def number(value: str) -> dict[str, Any]:
    """Parameter Store's answer."""
    return {"Parameter": {"Value": value}}


def test_whole_secret_is_read_by_one_call(api: Api, secrets: Api, handle: Handle) -> None:
    """A whole secret is a number, read by one call; the other participant's stands as it is."""
    secrets.answers("get_secret_value", {"SecretString": RIDER}, {"SecretId": ARN})
    api.answers("create_proxy_session", {"ProxySession": session()}, call(RIDER, DRIVER))

    assert handle(create(SECRET, DRIVER))["PhysicalResourceId"] == PHYSICAL_ID


def test_field_of_a_secret(api: Api, secrets: Api, handle: Handle) -> None:
    """A field of a secret in JSON is a number."""
    document = json.dumps({"phone": RIDER, "name": "R"})
    secrets.answers("get_secret_value", {"SecretString": document}, {"SecretId": ARN})
    api.answers("create_proxy_session", {"ProxySession": session()}, call(RIDER, DRIVER))

    assert handle(create(FIELD, DRIVER))["Status"] == "SUCCESS"


def test_secure_parameter_is_decrypted(api: Api, parameters: Api, handle: Handle) -> None:
    """A secure parameter is a number, decrypted."""
    expected = {"Name": PARAMETER["ParameterName"], "WithDecryption": True}
    parameters.answers("get_parameter", number(DRIVER), expected)
    api.answers("create_proxy_session", {"ProxySession": session()}, call(RIDER, DRIVER))

    assert handle(create(RIDER, PARAMETER))["Status"] == "SUCCESS"


def test_attributes_are_empty(api: Api, secrets: Api, handle: Handle) -> None:
    """The attribute of a number that was read is empty; that of a plain one is not."""
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("create_proxy_session", {"ProxySession": session()})

    data = handle(create(SECRET, DRIVER))["Data"]

    assert data["Participants.0.PhoneNumber"] == ""
    assert data["Participants.0.ProxyPhoneNumber"] == PROXY
    assert data["Participants.1.PhoneNumber"] == DRIVER
    assert RIDER not in data.values()


def test_number_from_before(api: Api, secrets: Api, handle: Handle) -> None:
    """A session found again with a number that its secret had before does not show that either."""
    secrets.answers("get_secret_value", {"SecretString": OTHER})
    api.answers("list_proxy_sessions", {"ProxySessions": [session(Name=NAME)]})
    late = response_url(signed="20261121T115800Z")

    answer = handle({**create(SECRET, DRIVER), "ResponseURL": late})

    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert RIDER not in answer["Data"].values()
    assert DRIVER in answer["Data"].values()


@pytest.mark.parametrize(("reveal", "shown"), [("true", RIDER), ("false", "")])
def test_number_is_shown_if_the_resource_asks_for_it(
    api: Api, secrets: Api, handle: Handle, reveal: str, shown: str
) -> None:
    """The attribute shows the number where the resource asks for it, and the API hears nothing."""
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("create_proxy_session", {"ProxySession": session()}, call(RIDER, DRIVER))

    answer = handle(create(SECRET, DRIVER, RevealParticipantPhoneNumbers=reveal))

    assert answer["Data"]["Participants.0.PhoneNumber"] == shown
    assert answer["NoEcho"] is True


def test_reveal_later(api: Api, secrets: Api, handle: Handle) -> None:
    """To reveal the numbers later changes the answer, not the session."""
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("get_proxy_session", {"ProxySession": session()})
    both = (SECRET, DRIVER)

    answer = handle(update(both, both, RevealParticipantPhoneNumbers="true"))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert answer["Data"]["Participants.0.PhoneNumber"] == RIDER


@pytest.mark.parametrize(
    ("participant", "answer", "fault"),
    [
        (SECRET, {"SecretBinary": RIDER.encode()}, "binary"),
        (SECRET, {"SecretString": RIDER.removeprefix("+")}, "must be a number in E.164 format"),
        (SECRET, {"SecretString": f"{RIDER}\n"}, "must be a number in E.164 format"),
        (SECRET, {"SecretString": DRIVER}, "must not repeat an item"),
        (SECRET, {"SecretString": '{"phone": "+1"}'}, "must be a number in E.164 format"),
        (FIELD, {"SecretString": RIDER}, "not a JSON object"),
        (FIELD, {"SecretString": f'["{RIDER}"]'}, "not a JSON object"),
        (FIELD, {"SecretString": "[" * 100_000}, "not a JSON object"),
        (FIELD, {"SecretString": f'{{"mobile": "{RIDER}"}}'}, "has no text in the field"),
        (FIELD, {"SecretString": '{"phone": 14015550101}'}, "has no text in the field"),
    ],
)
def test_secret_without_a_number_fails_and_its_text_stays_hidden(
    secrets: Api, handle: Handle, participant: Any, answer: dict[str, Any], fault: str
) -> None:
    """A secret that is no number fails with what is wrong with it, and nothing that it holds."""
    secrets.answers("get_secret_value", answer)

    failed = handle(create(participant, DRIVER))

    assert failed["Reason"].startswith("InvalidRequest: ParticipantPhoneNumbers")
    assert fault in failed["Reason"]
    assert failed["PhysicalResourceId"] == f"create-failed/{REQUEST}"
    for part in (RIDER, "4015550101", DRIVER, "mobile"):
        assert part not in failed["Reason"]


@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        ("ResourceNotFoundException", "NotFound", "create it with a value"),
        ("DecryptionFailure", "InvalidRequest", "check its state and its key"),
    ],
)
def test_unreadable_secret(
    secrets: Api, handle: Handle, code: str, error: str, advice: str
) -> None:
    """A secret that cannot be read is named, with what to do about it."""
    secrets.fails("get_secret_value", 400, code)

    reason = handle(create(DRIVER, SECRET))["Reason"]

    assert reason.startswith(f"{error}: ParticipantPhoneNumbers[1]: {ARN} cannot be read: ")
    assert advice in reason


def test_missing_parameter(parameters: Api, handle: Handle) -> None:
    """A parameter that is not there is named."""
    parameters.fails("get_parameter", 400, "ParameterNotFound")

    reason = handle(create(PARAMETER, DRIVER))["Reason"]

    assert reason.startswith("NotFound: ParticipantPhoneNumbers[0]: /drivers/7/phone cannot")


def test_new_permission(api: Api, secrets: Api, handle: Handle) -> None:
    """A permission that IAM does not know everywhere yet is waited for a little."""
    secrets.fails("get_secret_value", 400, "AccessDeniedException", DENIAL)
    secrets.fails("get_secret_value", 400, "ThrottlingException")
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("create_proxy_session", {"ProxySession": session()})

    assert handle(create(SECRET, DRIVER))["Status"] == "SUCCESS"


def test_missing_permission(secrets: Api, handle: Handle) -> None:
    """A permission that stays away fails the Create, and says whom to let read what."""
    for _ in range(6):
        secrets.fails("get_secret_value", 400, "AccessDeniedException", DENIAL)

    answer = handle(create(SECRET, DRIVER))

    assert answer["Reason"].startswith(f"AccessDenied: ParticipantPhoneNumbers[0]: {ARN} cannot")
    assert "allow the provider's role to read it" in answer["Reason"]


def test_secret_that_may_be_missing(secrets: Api, handle: Handle) -> None:
    """A refusal of IAM says that the secret may be missing: a policy by name fits none that is."""
    for _ in range(6):
        secrets.fails("get_secret_value", 400, "AccessDeniedException", DENIAL)

    assert "create it" in handle(create(SECRET, DRIVER))["Reason"]


def test_delivered_again(secrets: Api, handle: Handle) -> None:
    """Where an earlier delivery may have made a session, a failure to read leaves that open."""
    secrets.fails("get_secret_value", 400, "ResourceNotFoundException")
    late = response_url(signed="20261121T115800Z")

    answer = handle({**create(SECRET, DRIVER), "ResponseURL": late})

    assert answer["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"


def test_delete_reads_no_reference(api: Api, handle: Handle) -> None:
    """A Delete reads nothing."""
    api.answers("delete_proxy_session", {})
    declared = properties(ParticipantPhoneNumbers=[SECRET, PARAMETER])

    assert handle(event("Delete", ResourceProperties=declared))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("update_proxy_session", {"Capabilities": ["Voice"]}),
        ("get_proxy_session", {"ServiceTimeout": "200"}),
    ],
)
def test_changed_secret_makes_a_new_session_at_the_next_update(
    api: Api, secrets: Api, handle: Handle, operation: str, changes: dict[str, Any]
) -> None:
    """A number that has changed in its secret makes a new session at the next Update."""
    secrets.answers("get_secret_value", {"SecretString": OTHER})
    api.answers(operation, {"ProxySession": session()})
    api.answers("list_proxy_sessions", {"ProxySessions": [session()]})
    api.answers("create_proxy_session", {"ProxySession": session(ProxySessionId=NEW_ID)})
    both = (SECRET, DRIVER)

    assert handle(update(both, both, **changes))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


def test_not_rotated(api: Api, secrets: Api, handle: Handle) -> None:
    """A number that is what it was costs no call of the API beyond the Update's own."""
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("update_proxy_session", {"ProxySession": session()})
    both = (SECRET, DRIVER)

    answer = handle(update(both, both, Capabilities=["Voice"]))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert answer["Data"]["Participants.0.PhoneNumber"] == ""


def test_reference_for_the_same_number(api: Api, secrets: Api, handle: Handle) -> None:
    """A reference put in place of the number that it stands for keeps the session."""
    secrets.answers("get_secret_value", {"SecretString": RIDER})
    api.answers("get_proxy_session", {"ProxySession": session(Name=NAME)})
    api.answers("list_proxy_sessions", {"ProxySessions": [session(Name=NAME)]})
    api.answers("update_proxy_session", {"ProxySession": session(Name=NAME)})

    answer = handle(update((RIDER, DRIVER), (SECRET, DRIVER)))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID
    assert answer["Data"]["Participants.0.PhoneNumber"] == ""


def test_rollback_to_numbers(api: Api, secrets: Api, handle: Handle) -> None:
    """Taking back a reference that could not be read keeps the session."""
    secrets.fails("get_secret_value", 400, "ResourceNotFoundException")
    api.answers("get_proxy_session", {"ProxySession": session(Name=NAME)})
    api.answers("update_proxy_session", {"ProxySession": session(Name=NAME)})

    answer = handle(update((SECRET, DRIVER), (RIDER, DRIVER)))

    assert answer["PhysicalResourceId"] == PHYSICAL_ID


@pytest.mark.parametrize("new", [(DRIVER, SECRET), (SECRET, RIDER)])
def test_other_order(api: Api, secrets: Api, handle: Handle, new: tuple[Any, ...]) -> None:
    """Another order of the same participants makes a new session, by reference too."""
    secrets.answers("get_secret_value", {"SecretString": RIDER if DRIVER in new else DRIVER})
    earlier = session(Name=NAME, CreatedTimestamp=NOW.replace(hour=9))
    api.answers("get_proxy_session", {"ProxySession": earlier})
    api.answers("create_proxy_session", {"ProxySession": session(ProxySessionId=NEW_ID)})
    old = (SECRET, DRIVER) if DRIVER in new else (RIDER, DRIVER)

    assert handle(update(old, new))["PhysicalResourceId"] == f"{CONNECTOR}/{NEW_ID}"


@pytest.mark.parametrize(
    ("participant", "fault"),
    [
        ({}, "ParticipantPhoneNumbers[0] must be a number in E.164 format"),
        ({"JsonField": "phone"}, "or where to read one: a SecretArn"),
        (7, "or where to read one: a SecretArn"),
        ({"SecretArn": "rider"}, "ParticipantPhoneNumbers[0].SecretArn must be the ARN"),
        ({"SecretArn": ARN, "JsonField": ""}, "ParticipantPhoneNumbers[0].JsonField must be"),
        ({**SECRET, **PARAMETER}, "ParticipantPhoneNumbers[0].ParameterName is not a property"),
        ({"ParameterName": "a b"}, "ParticipantPhoneNumbers[0].ParameterName must be the name"),
        ({"ParameterName": ["a"]}, "ParticipantPhoneNumbers[0].ParameterName must be of type"),
    ],
)
def test_bad_reference(handle: Handle, participant: Any, fault: str) -> None:
    """A reference at fault costs no call and is told what it may be."""
    assert fault in handle(create(participant, DRIVER))["Reason"]


def test_bad_reveal(handle: Handle) -> None:
    """To reveal numbers is asked for by true or false."""
    answer = handle(create(RIDER, DRIVER, RevealParticipantPhoneNumbers="perhaps"))

    assert "RevealParticipantPhoneNumbers must be true or false" in answer["Reason"]


def test_same_reference_twice(handle: Handle) -> None:
    """Two participants are not the same secret."""
    assert "must not repeat an item" in handle(create(SECRET, SECRET))["Reason"]
