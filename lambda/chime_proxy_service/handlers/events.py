"""Sends records to a bus of EventBridge. docs/calls.md has the schema of the events."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy_service.records import ContactRecord, Record, SessionRecord
from chime_proxy_service.session import Capability, SessionKey

SOURCE = "chime-proxy"

# An answer waits for its event: a second at most, and for one attempt.
CONFIG = Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1})

_KINDS = {Capability.VOICE: "Call", Capability.SMS: "Text"}


@dataclass(frozen=True, slots=True)
class EventBus:
    """A bus of events.

    Args:
        client: an EventBridge client.
        name: the bus's name or ARN.
        lost: is told why an event was not sent. An answer never depends on it.
    """

    client: Any
    name: str
    lost: Callable[[str], object]

    def send(self, record: Record) -> None:
        """Send a record once."""
        entry: Any = {
            "Source": SOURCE,
            "DetailType": detail_type(record),
            "Detail": json.dumps(detail(record)),
            "EventBusName": self.name,
        }
        try:
            (result,) = self.client.put_events(Entries=[entry])["Entries"]
        except ClientError as error:
            self.lost(error.response["Error"]["Code"])
        except BotoCoreError as error:
            self.lost(type(error).__name__)
        else:
            if "ErrorCode" in result:
                self.lost(result["ErrorCode"])


def event_sender(bus: str, lost: Callable[[str], object]) -> Callable[[Record], object]:
    """Return a function that sends records to a bus, or does nothing if there is no bus.

    Args:
        bus: the bus's name or ARN, or ``""``.
        lost: is told why an event was not sent.
    """
    if not bus:
        return lambda _: None
    return EventBus(boto3.client("events", config=CONFIG), bus, lost).send


def detail_type(record: Record) -> str:
    """Return the detail type, such as ``Proxy Session Opened`` or ``Proxy Contact Ended``."""
    if isinstance(record, SessionRecord):
        return f"Proxy Session {record.change}"
    return f"Proxy Contact {record.stage}"


def detail(record: Record) -> dict[str, Any]:
    """Return the detail. Members without a value are left out."""
    members = _of_session(record) if isinstance(record, SessionRecord) else _of_contact(record)
    return {name: value for name, value in members.items() if value is not None}


def _of_session(record: SessionRecord) -> dict[str, Any]:
    return {
        **_ids(record.session),
        "region": record.session.connector.region,
        "capabilities": sorted(record.capabilities),
        "expiry_minutes": record.expiry_minutes,
        "expires_at": _timestamp(record.expires_at),
    }


def _of_contact(record: ContactRecord) -> dict[str, Any]:
    return {
        **(_ids(record.session) if record.session else {}),
        "region": record.region,
        "kind": _KINDS[record.capability],
        "contact": record.reference or None,
        "reason": record.reason and record.reason.name.title().replace("_", ""),
        "outcome": record.outcome,
        "duration_seconds": _seconds(record.duration),
    }


def _ids(key: SessionKey) -> dict[str, str]:
    return {
        "voice_connector_id": key.connector.voice_connector_id,
        "proxy_session_id": key.proxy_session_id,
    }


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _timestamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
