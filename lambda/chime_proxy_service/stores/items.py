"""The items of the table: their keys, and sessions and configurations as items.

| Item | pk | sk | Holds |
|---|---|---|---|
| configuration | `C#region#connector` | `C` | the proxy configuration |
| session | `S#region#connector#id` | `S` | the session; after deletion, only that its id is taken |
| leg, two per session | `L#region#participant` | proxy number | who has the number, until when, and a copy of the session |
| last number | `P#region#connector#participants` | `P` | the number the participants had last |

The index `list` has the sessions of a connector by creation, those listed as open apart from those
listed as closed, each in `SHARDS` partitions. `kept_until` is the table's time to live, in seconds.
Every item is smaller than a kilobyte, the unit in which DynamoDB counts writes.

Stored items outlive releases: members may be added with a default, and none may change its meaning.
"""

import json
import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from chime_proxy_service import retention
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import (
    RETENTION,
    Capability,
    Connector,
    GeoMatchLevel,
    GeoMatchParams,
    NumberSelectionBehavior,
    Position,
    ProxySession,
    SessionKey,
    Status,
)

Item: TypeAlias = dict[str, Any]

INDEX = "list"
# May grow, and never shrink: sessions stay in the partition they were created in.
SHARDS = 4
OPEN = "open"
CLOSED = "closed"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A session's entry in the index: its position, and the state and shard it is listed in."""

    position: Position
    state: str
    shard: int


def text(value: str) -> dict[str, str]:
    """Return a string as an attribute."""
    return {"S": value}


def number(value: int) -> dict[str, str]:
    """Return a whole number as an attribute."""
    return {"N": str(value)}


def microseconds(moment: datetime) -> dict[str, str]:
    """Return a time as an attribute, exactly."""
    return number((moment - _EPOCH) // timedelta(microseconds=1))


def seconds(moment: datetime) -> dict[str, str]:
    """Return a time as an attribute for the table's time to live, rounded up."""
    return number(math.ceil((moment - _EPOCH).total_seconds()))


def configuration_key(connector: Connector) -> Item:
    """Return the key of a connector's configuration."""
    return {"pk": text(f"C#{_path(connector)}"), "sk": text("C")}


def session_key(key: SessionKey) -> Item:
    """Return the key of a session."""
    return {"pk": text(f"S#{_path(key.connector)}#{key.proxy_session_id}"), "sk": text("S")}


def leg_partition(region: str, participant: str) -> dict[str, str]:
    """Return the partition key of all legs of a participant."""
    return text(f"L#{region}#{participant}")


def leg_key(session: ProxySession, participant: str) -> Item:
    """Return the key of a participant's leg of a session."""
    partition = leg_partition(session.key.connector.region, participant)
    return {"pk": partition, "sk": text(session.proxy_phone_number)}


def last_number_key(connector: Connector, participants: tuple[str, str]) -> Item:
    """Return the key of the number that two participants had last, in either order."""
    first, second = sorted(participants)
    return {"pk": text(f"P#{_path(connector)}#{first}#{second}"), "sk": text("P")}


def list_partition(connector: Connector, state: str, shard: int) -> dict[str, str]:
    """Return a partition key of the index."""
    return text(f"{_path(connector)}#{state}#{shard}")


def list_partition_of(key: SessionKey, state: str) -> dict[str, str]:
    """Return the partition key of a session in the index."""
    shard = zlib.crc32(key.proxy_session_id.encode()) % SHARDS
    return list_partition(key.connector, state, shard)


def list_sort_key(position: Position) -> dict[str, str]:
    """Return a sort key of the index."""
    return text(f"{position[0]:013d}#{position[1]}")


def list_entry(item: Item, state: str, shard: int) -> ListEntry:
    """Read an entry of the index."""
    created, _, session_id = item["list_sk"]["S"].partition("#")
    return ListEntry((int(created), session_id), state, shard)


def holder(key: SessionKey) -> dict[str, str]:
    """Return the session that a leg belongs to, within its region."""
    return text(f"{key.connector.voice_connector_id}#{key.proxy_session_id}")


def configuration_item(connector: Connector, configuration: ProxyConfiguration) -> Item:
    """Return a configuration as an item."""
    members = {
        "DefaultSessionExpiryMinutes": configuration.default_session_expiry_minutes,
        "PhoneNumberCountries": configuration.phone_number_countries,
        "Disabled": configuration.disabled,
        "FallBackPhoneNumber": configuration.fall_back_phone_number,
    }
    return {**configuration_key(connector), "configuration_json": _json(members)}


def configuration_of(item: Item | None) -> ProxyConfiguration | None:
    """Read a configuration."""
    if item is None:
        return None
    members = json.loads(item["configuration_json"]["S"])
    return ProxyConfiguration(
        default_session_expiry_minutes=members["DefaultSessionExpiryMinutes"],
        phone_number_countries=tuple(members["PhoneNumberCountries"]),
        disabled=members.get("Disabled", False),
        fall_back_phone_number=members.get("FallBackPhoneNumber"),
    )


def session_item(session: ProxySession) -> Item:
    """Return a new session as an item."""
    return {
        **session_key(session.key),
        **changing_attributes(session),
        "request_digest": text(session.request_digest),
        "list_pk": list_partition_of(session.key, OPEN),
        "list_sk": list_sort_key(session.position),
    }


def deleted_session_item(key: SessionKey, now: datetime) -> Item:
    """Return the item that keeps the id of a deleted session."""
    kept_until = seconds(now + retention.DELETED_ID_KEPT)
    return {**session_key(key), "deleted_at": microseconds(now), "kept_until": kept_until}


def changing_attributes(session: ProxySession) -> Item:
    """Return the attributes that a change of a session sets, in its item and its legs."""
    return {
        "session_json": _json(_members(session)),
        "revision": number(session.revision),
        "expires_at": microseconds(session.expires_at),
        "kept_until": seconds(retention.kept_until(session)),
    }


def leg_item(session: ProxySession, participant: str) -> Item:
    """Return a participant's leg of a session as an item."""
    key = leg_key(session, participant)
    return {**key, **changing_attributes(session), "holder": holder(session.key)}


def rested_leg_item(session: ProxySession, participant: str, now: datetime) -> Item:
    """Return the leg of a deleted session as an item: when the number was last used."""
    ended = min(session.expires_at, now)
    return {
        **leg_key(session, participant),
        "expires_at": microseconds(ended),
        "kept_until": seconds(ended + session.retention),
    }


def last_number_item(session: ProxySession) -> Item:
    """Return the last number of a session's participants as an item."""
    return {
        **last_number_key(session.key.connector, session.participants),
        "last_number": text(session.proxy_phone_number),
        "kept_until": seconds(retention.kept_until(session)),
    }


def last_number_of(item: Item | None, now: datetime) -> str | None:
    """Read the last number, unless it is older than the table should keep it."""
    if item is None or int(item["kept_until"]["N"]) <= (now - _EPOCH).total_seconds():
        return None
    phone_number: str = item["last_number"]["S"]
    return phone_number


def used_until(leg: Item) -> tuple[str, datetime]:
    """Read a leg's proxy number and the end of its session."""
    return leg["sk"]["S"], _moment(int(leg["expires_at"]["N"]))


def session_of(item: Item | None, key: SessionKey) -> ProxySession | None:
    """Read a session from its item; None if it was deleted."""
    if item is None or "session_json" not in item:
        return None
    members = json.loads(item["session_json"]["S"])
    first, second = members["ParticipantPhoneNumbers"]
    params = members.get("GeoMatchParams")
    return ProxySession(
        key=key,
        participants=(first, second),
        proxy_phone_number=members["ProxyPhoneNumber"],
        capabilities=frozenset(map(Capability, members["Capabilities"])),
        expiry_minutes=members["ExpiryMinutes"],
        status=Status(members["Status"]),
        created_at=datetime.fromisoformat(members["CreatedTimestamp"]),
        updated_at=datetime.fromisoformat(members["UpdatedTimestamp"]),
        expires_at=_moment(int(item["expires_at"]["N"])),
        name=members.get("Name"),
        number_selection_behavior=_choice(
            NumberSelectionBehavior, members.get("NumberSelectionBehavior")
        ),
        geo_match_level=_choice(GeoMatchLevel, members.get("GeoMatchLevel")),
        geo_match_params=params and GeoMatchParams(*params),
        revision=int(item["revision"]["N"]),
        request_digest=item.get("request_digest", text(""))["S"],
        retention=_retention(members),
    )


def session_behind(leg: Item | None, region: str) -> ProxySession | None:
    """Read the session of a leg; None if it was deleted."""
    if leg is None or "holder" not in leg:
        return None
    voice_connector_id, _, session_id = leg["holder"]["S"].partition("#")
    return session_of(leg, SessionKey(Connector(region, voice_connector_id), session_id))


def _members(session: ProxySession) -> dict[str, Any]:
    params = session.geo_match_params
    return {
        "ParticipantPhoneNumbers": session.participants,
        "ProxyPhoneNumber": session.proxy_phone_number,
        "Capabilities": sorted(session.capabilities),
        "ExpiryMinutes": session.expiry_minutes,
        "Status": session.status,
        "CreatedTimestamp": session.created_at.isoformat(),
        "UpdatedTimestamp": session.updated_at.isoformat(),
        "Name": session.name,
        "NumberSelectionBehavior": session.number_selection_behavior,
        "GeoMatchLevel": session.geo_match_level,
        "GeoMatchParams": params and (params.country, params.area_code),
        "RetentionDays": session.retention.days,
    }


def _json(members: dict[str, Any]) -> dict[str, str]:
    given = {name: value for name, value in members.items() if value is not None}
    return text(json.dumps(given, separators=(",", ":")))


def _retention(members: dict[str, Any]) -> timedelta:
    if "RetentionDays" not in members:
        return RETENTION
    return timedelta(days=members["RetentionDays"])


def _choice(kind: Any, value: str | None) -> Any:
    return None if value is None else kind(value)


def _path(connector: Connector) -> str:
    return f"{connector.region}#{connector.voice_connector_id}"


def _moment(microseconds_: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds_)
