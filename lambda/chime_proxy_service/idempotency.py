"""Makes a repeated creation recognizable: its session has the same id each time.

A client names a creation by a key and sends the same key with each repetition. The session's id is
derived from the key and from who sends it, so the store itself refuses a second session. The
participants are no part of it: an id may be logged.
"""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID, uuid5

from chime_proxy_service.requests import CreateRequest
from chime_proxy_service.session import Connector

_NAMESPACE = UUID("3cdd8e2b-0f8f-4a58-9f0e-3d1f4c5b7a60")


@dataclass(frozen=True, slots=True)
class Caller:
    """The account and the role of a request; both ``""`` if nobody checked its signature.

    Args:
        account: twelve digits.
        principal: the ARN of the user or the role. Sessions of one role are one caller.
    """

    account: str = ""
    principal: str = ""


def session_id(caller: Caller, connector: Connector, key: str) -> str:
    """Return the id of the session that a caller creates on a connector under a key."""
    parts = (caller.account, caller.principal, connector.region, connector.voice_connector_id, key)
    return str(uuid5(_NAMESPACE, json.dumps(parts)))


def digest(request: CreateRequest) -> str:
    """Return a digest by which a repetition is told from another request with the same key.

    Members that are not given do not count, so that a request keeps its digest when a later
    version knows more members.
    """
    params = request.geo_match_params
    members = {
        "ParticipantPhoneNumbers": request.participants,
        "Capabilities": sorted(request.capabilities),
        "ExpiryMinutes": request.expiry_minutes,
        "Name": request.name,
        "NumberSelectionBehavior": request.number_selection_behavior,
        "GeoMatchLevel": request.geo_match_level,
        "GeoMatchParams": params and (params.country, params.area_code),
    }
    given = {name: value for name, value in members.items() if value is not None}
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
