"""Turns the service's values into the API's output. Members without a value are left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.service import Page
from chime_proxy_service.session import GeoMatchParams, ProxySession
from chime_proxy_service.wire import next_token

Answer = dict[str, Any]


def session_answer(session: ProxySession) -> Answer:
    """Return the output of an operation on one session."""
    return {"ProxySession": _session(session)}


def page_answer(page: Page) -> Answer:
    """Return a page of a list, with a NextToken if more may follow."""
    token = None if page.position is None else next_token.encode(page.position)
    return _present({"ProxySessions": [*map(_session, page.sessions)], "NextToken": token})


def configuration_answer(configuration: ProxyConfiguration) -> Answer:
    """Return the output of an operation on a proxy configuration."""
    proxy = {
        "DefaultSessionExpiryMinutes": configuration.default_session_expiry_minutes,
        "Disabled": configuration.disabled,
        "FallBackPhoneNumber": configuration.fall_back_phone_number,
        "PhoneNumberCountries": configuration.phone_number_countries,
    }
    return {"Proxy": _present(proxy)}


def _session(session: ProxySession) -> Answer:
    return _present(
        {
            "Capabilities": sorted(session.capabilities),
            "CreatedTimestamp": _timestamp(session.created_at),
            "EndedTimestamp": _timestamp(session.ended_at),
            "ExpiryMinutes": session.expiry_minutes,
            "GeoMatchLevel": session.geo_match_level,
            "GeoMatchParams": _geo_match_params(session.geo_match_params),
            "Name": session.name,
            "NumberSelectionBehavior": session.number_selection_behavior,
            "Participants": _participants(session),
            "ProxySessionId": session.key.proxy_session_id,
            "Status": session.status,
            "UpdatedTimestamp": _timestamp(session.updated_at),
            "VoiceConnectorId": session.key.connector.voice_connector_id,
        }
    )


def _participants(session: ProxySession) -> list[Answer]:
    return [
        {"PhoneNumber": number, "ProxyPhoneNumber": session.proxy_phone_number}
        for number in session.participants
    ]


def _geo_match_params(params: GeoMatchParams | None) -> Answer | None:
    return None if params is None else {"AreaCode": params.area_code, "Country": params.country}


def _timestamp(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _present(members: Mapping[str, Any]) -> Answer:
    return {name: value for name, value in members.items() if value is not None}
