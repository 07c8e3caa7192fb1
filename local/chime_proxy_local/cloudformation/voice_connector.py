"""`AWS::Chime::VoiceConnector`, reduced to its id and ARN.

The service accepts any connector id, so no property of the connector has an effect.
"""

import secrets
import string
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region

TYPE = "AWS::Chime::VoiceConnector"
CREATE_ONLY = ("AwsRegion", "NetworkType")
"""The properties whose change makes another connector."""

_ID_LENGTH = 22
_ID_CHARACTERS = string.ascii_lowercase + string.digits

Attributes = dict[str, str]


def _create(
    _logical_id: str, _properties: dict[str, Any], _stack_name: str
) -> tuple[str, Attributes]:
    connector = "".join(secrets.choice(_ID_CHARACTERS) for _ in range(_ID_LENGTH))
    arn = f"arn:aws:chime:{get_region()}:{get_account_id()}:vc/{connector}"
    return arn, _attributes(arn)


def _update(
    arn: str, _old: dict[str, Any], _new: dict[str, Any], _stack_name: str
) -> tuple[str, Attributes]:
    return arn, _attributes(arn)


def _delete(_arn: str, _properties: dict[str, Any]) -> None:
    """Forget the connector: its sessions are the service's."""


def _attributes(arn: str) -> Attributes:
    connector = arn.rpartition("/")[2]
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {
        "VoiceConnectorArn": arn,
        "VoiceConnectorId": connector,
        "OutboundHostName": f"{connector}.voiceconnector.chime.aws",
        "CreatedTimestamp": now,
        "UpdatedTimestamp": now,
    }


HANDLERS = {"create": _create, "update": _update, "delete": _delete}
"""The handlers that ministack calls for a resource of this type."""
