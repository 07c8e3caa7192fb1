"""The eight operations as API version 2022-08-03 of `chime-sdk-voice` models them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from chime_proxy_service.session import (
    Capability,
    GeoMatchLevel,
    NumberSelectionBehavior,
    Status,
)
from chime_proxy_service.wire.constraints import Boolean, Integer, ListOf, Shape, Structure, Text

_PROXY = "/voice-connectors/{voiceConnectorId}/programmable-numbers/proxy"
_SESSIONS = "/voice-connectors/{voiceConnectorId}/proxy-sessions"
_SESSION = "/voice-connectors/{voiceConnectorId}/proxy-sessions/{proxySessionId}"

_VOICE_CONNECTOR_ID = Text(
    pattern="([a-z0-9]{21,22}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_PROXY_SESSION_ID = Text(pattern=r".*\S.*", minimum=1, maximum=128)
_PHONE_NUMBER = Text(pattern=r"^\+?[1-9]\d{1,14}$")
_COUNTRY = Text(pattern="^$|^[A-Z]{2,2}$")
_CAPABILITIES = ListOf(member=Text(values=tuple(Capability)))
_EXPIRY_MINUTES = Integer(minimum=1)

_CONNECTOR: Mapping[str, Shape] = {"VoiceConnectorId": _VOICE_CONNECTOR_ID}
_KEY: Mapping[str, Shape] = {**_CONNECTOR, "ProxySessionId": _PROXY_SESSION_ID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The method, path, input and success status of an operation.

    `path` has labels in braces and `query` maps query parameters to members; every other member
    of the input is in the body.
    """

    name: str
    method: str
    path: str
    status_code: int
    input: Structure
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def has_body(self) -> bool:
        """Return True if the request has a body; the body of any other is ignored."""
        return self.method in ("POST", "PUT")


CREATE_PROXY_SESSION = Operation(
    name="CreateProxySession",
    method="POST",
    path=_SESSIONS,
    status_code=201,
    input=Structure(
        required=frozenset({"VoiceConnectorId", "ParticipantPhoneNumbers", "Capabilities"}),
        members={
            **_CONNECTOR,
            "ParticipantPhoneNumbers": ListOf(member=_PHONE_NUMBER, minimum=2, maximum=2),
            "Name": Text(pattern="^$|^[a-zA-Z0-9 ]{0,30}$"),
            "ExpiryMinutes": _EXPIRY_MINUTES,
            "Capabilities": _CAPABILITIES,
            "NumberSelectionBehavior": Text(values=tuple(NumberSelectionBehavior)),
            "GeoMatchLevel": Text(values=tuple(GeoMatchLevel)),
            "GeoMatchParams": Structure(
                required=frozenset({"Country", "AreaCode"}),
                members={"Country": _COUNTRY, "AreaCode": Text(pattern="^$|^[0-9]{3,3}$")},
            ),
        },
    ),
)

GET_PROXY_SESSION = Operation(
    name="GetProxySession",
    method="GET",
    path=_SESSION,
    status_code=200,
    input=Structure(required=frozenset(_KEY), members=_KEY),
)

# The API updates by POST, and answers that with 201 like a creation.
UPDATE_PROXY_SESSION = Operation(
    name="UpdateProxySession",
    method="POST",
    path=_SESSION,
    status_code=201,
    input=Structure(
        required=frozenset({*_KEY, "Capabilities"}),
        members={**_KEY, "Capabilities": _CAPABILITIES, "ExpiryMinutes": _EXPIRY_MINUTES},
    ),
)

DELETE_PROXY_SESSION = Operation(
    name="DeleteProxySession",
    method="DELETE",
    path=_SESSION,
    status_code=204,
    input=Structure(required=frozenset(_KEY), members=_KEY),
)

LIST_PROXY_SESSIONS = Operation(
    name="ListProxySessions",
    method="GET",
    path=_SESSIONS,
    status_code=200,
    query={"status": "Status", "next-token": "NextToken", "max-results": "MaxResults"},
    input=Structure(
        required=frozenset(_CONNECTOR),
        members={
            **_CONNECTOR,
            "Status": Text(values=tuple(Status)),
            "NextToken": Text(maximum=65535),
            "MaxResults": Integer(minimum=1, maximum=100),
        },
    ),
)

# The pool's countries go in as PhoneNumberPoolCountries and come out as PhoneNumberCountries.
PUT_VOICE_CONNECTOR_PROXY = Operation(
    name="PutVoiceConnectorProxy",
    method="PUT",
    path=_PROXY,
    status_code=200,
    input=Structure(
        required=frozenset(
            {"VoiceConnectorId", "DefaultSessionExpiryMinutes", "PhoneNumberPoolCountries"}
        ),
        members={
            **_CONNECTOR,
            "DefaultSessionExpiryMinutes": Integer(),
            "PhoneNumberPoolCountries": ListOf(member=_COUNTRY, minimum=1, maximum=100),
            "FallBackPhoneNumber": _PHONE_NUMBER,
            "Disabled": Boolean(),
        },
    ),
)

GET_VOICE_CONNECTOR_PROXY = Operation(
    name="GetVoiceConnectorProxy",
    method="GET",
    path=_PROXY,
    status_code=200,
    input=Structure(required=frozenset(_CONNECTOR), members=_CONNECTOR),
)

DELETE_VOICE_CONNECTOR_PROXY = Operation(
    name="DeleteVoiceConnectorProxy",
    method="DELETE",
    path=_PROXY,
    status_code=204,
    input=Structure(required=frozenset(_CONNECTOR), members=_CONNECTOR),
)

OPERATIONS = (
    CREATE_PROXY_SESSION,
    GET_PROXY_SESSION,
    UPDATE_PROXY_SESSION,
    DELETE_PROXY_SESSION,
    LIST_PROXY_SESSIONS,
    PUT_VOICE_CONNECTOR_PROXY,
    GET_VOICE_CONNECTOR_PROXY,
    DELETE_VOICE_CONNECTOR_PROXY,
)
