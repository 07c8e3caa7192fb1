"""Turns the checked input of an operation into a request of the service.

An input has the API's member names. A null member counts as absent.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.requests import CreateRequest, ListRequest, UpdateRequest
from chime_proxy_service.session import (
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
    SessionKey,
    Status,
)
from chime_proxy_service.wire import next_token

Input = Mapping[str, Any]
_Choice = TypeVar("_Choice", bound=StrEnum)


def connector(region: str, members: Input) -> Connector:
    """Read the voice connector of a request."""
    return Connector(region, members["VoiceConnectorId"])


def session_key(region: str, members: Input) -> SessionKey:
    """Read the session key of a request."""
    return SessionKey(connector(region, members), members["ProxySessionId"])


def create_request(region: str, members: Input) -> CreateRequest:
    """Read the input of CreateProxySession."""
    first, second = members["ParticipantPhoneNumbers"]
    return CreateRequest(
        connector=connector(region, members),
        participants=(_e164(first), _e164(second)),
        capabilities=_capabilities(members),
        expiry_minutes=members.get("ExpiryMinutes"),
        name=members.get("Name"),
        number_selection_behavior=_choice(
            NumberSelectionBehavior, members.get("NumberSelectionBehavior")
        ),
        geo_match_level=_choice(GeoMatchLevel, members.get("GeoMatchLevel")),
        geo_match_params=_geo_match_params(members.get("GeoMatchParams")),
    )


def update_request(region: str, members: Input) -> UpdateRequest:
    """Read the input of UpdateProxySession."""
    return UpdateRequest(
        key=session_key(region, members),
        capabilities=_capabilities(members),
        expiry_minutes=members.get("ExpiryMinutes"),
    )


def list_request(region: str, members: Input) -> ListRequest:
    """Read the input of ListProxySessions.

    Raises:
        BadRequestError: the NextToken is not valid.
    """
    token = members.get("NextToken")
    return ListRequest(
        connector=connector(region, members),
        status=_choice(Status, members.get("Status")),
        after=None if token is None else next_token.decode(token),
        max_results=members.get("MaxResults") or 100,
    )


def configuration(members: Input) -> ProxyConfiguration:
    """Read the input of PutVoiceConnectorProxy."""
    number = members.get("FallBackPhoneNumber")
    return ProxyConfiguration(
        default_session_expiry_minutes=members["DefaultSessionExpiryMinutes"],
        phone_number_countries=tuple(dict.fromkeys(members["PhoneNumberPoolCountries"])),
        disabled=members.get("Disabled") or False,
        fall_back_phone_number=None if number is None else _e164(number),
    )


def _capabilities(members: Input) -> frozenset[Capability]:
    return frozenset(map(Capability, members["Capabilities"]))


def _choice(kind: type[_Choice], value: str | None) -> _Choice | None:
    return None if value is None else kind(value)


def _geo_match_params(members: Input | None) -> GeoMatchParams | None:
    return None if members is None else GeoMatchParams(members["Country"], members["AreaCode"])


def _e164(phone_number: str) -> str:
    # The API's pattern makes the plus sign optional; with or without, it is one number.
    return f"+{phone_number.removeprefix('+')}"
