from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.session import Connector

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice.client import ChimeSDKVoiceClient

VC = "abcdef1ghij2klmno3pqr4"
PAIR = ["+14015550101", "+12065550100"]


def test_boto3_calls_all_eight_operations(client: "ChimeSDKVoiceClient") -> None:
    """boto3 configures a connector, and creates, reads, lists, updates and deletes a session."""
    put = client.put_voice_connector_proxy(
        VoiceConnectorId=VC, DefaultSessionExpiryMinutes=30, PhoneNumberPoolCountries=["US"]
    )
    assert client.get_voice_connector_proxy(VoiceConnectorId=VC)["Proxy"] == put["Proxy"]

    created = client.create_proxy_session(
        VoiceConnectorId=VC,
        ParticipantPhoneNumbers=PAIR,
        Capabilities=["Voice", "SMS"],
        Name="Ride",
    )
    session = created["ProxySession"]
    key = {"VoiceConnectorId": VC, "ProxySessionId": session["ProxySessionId"]}
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert session["CreatedTimestamp"] == datetime(2020, 4, 15, 16, 10, 10, 288000, tzinfo=UTC)
    assert session["ExpiryMinutes"] == 30
    assert client.get_proxy_session(**key)["ProxySession"] == session
    assert client.list_proxy_sessions(VoiceConnectorId=VC)["ProxySessions"] == [session]

    updated = client.update_proxy_session(
        VoiceConnectorId=VC,
        ProxySessionId=session["ProxySessionId"],
        Capabilities=["Voice"],
        ExpiryMinutes=45,
    )
    assert updated["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert updated["ProxySession"] == session | {"Capabilities": ["Voice"], "ExpiryMinutes": 45}

    client.delete_proxy_session(**key)
    assert client.list_proxy_sessions(VoiceConnectorId=VC)["ProxySessions"] == []
    client.delete_voice_connector_proxy(VoiceConnectorId=VC)
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_voice_connector_proxy(VoiceConnectorId=VC)


def test_unknown_session_is_a_not_found_exception(client: "ChimeSDKVoiceClient") -> None:
    """A session that is unknown, or deleted twice, is a NotFoundException."""
    key = {"VoiceConnectorId": VC, "ProxySessionId": "123a4bc5-67d8-901e-2f3g-h4ghjk56789l"}

    with pytest.raises(client.exceptions.NotFoundException):
        client.get_proxy_session(**key)
    with pytest.raises(client.exceptions.NotFoundException):
        client.update_proxy_session(
            VoiceConnectorId=VC, ProxySessionId=key["ProxySessionId"], Capabilities=["SMS"]
        )
    with pytest.raises(client.exceptions.NotFoundException):
        client.delete_proxy_session(**key)


def test_disabled_connector_is_a_forbidden_exception(
    client: "ChimeSDKVoiceClient", service: ProxySessionService, connector: Connector
) -> None:
    """A session on a disabled connector is a ForbiddenException."""
    disabled = ProxyConfiguration(
        default_session_expiry_minutes=60, phone_number_countries=("US",), disabled=True
    )
    service.put_configuration(connector, disabled)

    with pytest.raises(client.exceptions.ForbiddenException, match="PutVoiceConnectorProxy"):
        client.create_proxy_session(
            VoiceConnectorId=VC, ParticipantPhoneNumbers=PAIR, Capabilities=["Voice"]
        )


@pytest.mark.parametrize(
    "members",
    [
        {"ParticipantPhoneNumbers": [*PAIR, "+12065550102"]},
        {"ParticipantPhoneNumbers": ["206-555-0100", "+14015550101"]},
        {"ParticipantPhoneNumbers": ["+12065550100", "+12065550100"]},
        {"ExpiryMinutes": 721},
        {"Capabilities": []},
        {"Capabilities": ["Fax"]},
        {"Name": "not_a_name"},
        {"GeoMatchLevel": "Planet"},
        {"VoiceConnectorId": "BAD ID/../x"},
    ],
)
def test_service_refuses_what_boto3_lets_through(
    client: "ChimeSDKVoiceClient", members: dict[str, Any]
) -> None:
    """What the client lets through is a BadRequestException, without a phone number in it."""
    request: dict[str, Any] = {
        "VoiceConnectorId": VC,
        "ParticipantPhoneNumbers": PAIR,
        "Capabilities": ["Voice"],
    }

    with pytest.raises(client.exceptions.BadRequestException) as caught:
        client.create_proxy_session(**request | members)

    assert caught.value.response["Error"]["Code"] == "BadRequestException"
    assert "555" not in str(caught.value)


def test_tokens_lead_through_every_session_once(client: "ChimeSDKVoiceClient") -> None:
    """Pages followed by their tokens have every session once, and a foreign token is refused."""
    created = set()
    for n in range(23):
        session = client.create_proxy_session(
            VoiceConnectorId=VC,
            ParticipantPhoneNumbers=[f"+131055501{n:02}", "+12065550100"],
            Capabilities=["SMS"],
        )
        created.add(session["ProxySession"]["ProxySessionId"])

    page = client.list_proxy_sessions(VoiceConnectorId=VC, Status="Open", MaxResults=10)
    sizes, listed = [len(page["ProxySessions"])], page["ProxySessions"]
    while "NextToken" in page:
        page = client.list_proxy_sessions(
            VoiceConnectorId=VC, Status="Open", MaxResults=10, NextToken=page["NextToken"]
        )
        sizes.append(len(page["ProxySessions"]))
        listed += page["ProxySessions"]

    assert sizes == [10, 10, 3]
    assert {session["ProxySessionId"] for session in listed} == created
    with pytest.raises(client.exceptions.BadRequestException):
        client.list_proxy_sessions(VoiceConnectorId=VC, NextToken="a b/+=")


def test_connector_of_one_region_is_unknown_in_another(
    client: "ChimeSDKVoiceClient", connect: Callable[[str], "ChimeSDKVoiceClient"]
) -> None:
    """A connector configured in one region is unknown to a client of another."""
    client.get_voice_connector_proxy(VoiceConnectorId=VC)
    west = connect("us-west-2")

    with pytest.raises(west.exceptions.NotFoundException, match="us-west-2"):
        west.get_voice_connector_proxy(VoiceConnectorId=VC)


def test_fifty_clients_at_once(
    connect: Callable[[str], "ChimeSDKVoiceClient"], count: Callable[..., int]
) -> None:
    """Clients at the same time get each its own session, and never one number twice for a caller."""
    clients = [connect("us-east-1") for _ in range(5)]

    def create(n: int) -> Any:
        return clients[n % 5].create_proxy_session(
            VoiceConnectorId=VC,
            ParticipantPhoneNumbers=[f"+1310555{n:04}", "+12065550100"],
            Capabilities=["SMS"],
        )["ProxySession"]

    with ThreadPoolExecutor(50) as threads:
        sessions = list(threads.map(create, range(count(200, least=50))))

    for n, session in enumerate(sessions):
        assert session["Participants"][0]["PhoneNumber"] == f"+1310555{n:04}"
    assert len({session["Participants"][1]["ProxyPhoneNumber"] for session in sessions}) == len(
        sessions
    )


def test_unknown_path_is_no_server_error(client: "ChimeSDKVoiceClient") -> None:
    """Another of the API's operations is refused as unknown, not as a failure."""
    with pytest.raises(ClientError) as caught:
        client.list_voice_connectors()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
