"""Makes schedules of EventBridge Scheduler, one for each check of a session's expiry."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy_service.expiry import ExpiryCheck, check_of
from chime_proxy_service.handlers.settings import ScheduleSettings
from chime_proxy_service.records import Change, SessionRecord
from chime_proxy_service.session import Connector, SessionKey


@dataclass(frozen=True, slots=True)
class Schedules:
    """The schedules of a group. Each invokes the function once and is deleted then.

    Args:
        client: a client of EventBridge Scheduler.
        settings: the group, and the function.
        lost: is told why a schedule was not made. An answer never depends on it.
    """

    client: Any
    settings: ScheduleSettings
    lost: Callable[[str], object]

    def follow(self, record: SessionRecord) -> None:
        """Schedule the check of a session that was opened or updated."""
        if record.change in (Change.OPENED, Change.UPDATED):
            self.add(check_of(record))

    def add(self, check: ExpiryCheck) -> None:
        """Schedule a check, unless it is scheduled already."""
        try:
            self.client.create_schedule(**self.request(check))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "ConflictException":
                self.lost(code)
        except BotoCoreError as error:
            self.lost(type(error).__name__)

    def request(self, check: ExpiryCheck) -> dict[str, Any]:
        """Return the request for a schedule."""
        return {
            "Name": name_of(check),
            "GroupName": self.settings.group,
            "ScheduleExpression": f"at({check.at.replace(tzinfo=None).isoformat()})",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self.settings.function_arn,
                "RoleArn": self.settings.role_arn,
                "Input": json.dumps(_members(check)),
            },
        }


def name_of(check: ExpiryCheck) -> str:
    """Return the name of a check's schedule: a digest, the same for the same check."""
    return sha256(json.dumps(_members(check)).encode()).hexdigest()


def read_check(members: Mapping[str, str]) -> ExpiryCheck:
    """Read a check from the event of its schedule."""
    connector = Connector(members["region"], members["voice_connector_id"])
    return ExpiryCheck(
        SessionKey(connector, members["proxy_session_id"]),
        expires_at=datetime.fromisoformat(members["expires_at"]),
        at=datetime.fromisoformat(members["at"]),
    )


def _members(check: ExpiryCheck) -> dict[str, str]:
    return {
        "region": check.session.connector.region,
        "voice_connector_id": check.session.connector.voice_connector_id,
        "proxy_session_id": check.session.proxy_session_id,
        "expires_at": check.expires_at.isoformat(),
        "at": check.at.isoformat(),
    }
