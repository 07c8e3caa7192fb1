"""A proxy session as a template declares it."""

from typing import Any

from tests.contract.cloudformation import Declared
from tests.contract.universe import CONNECTORS

RIDER, DRIVER, OTHER = "+14015550101", "+12065550100", "+12065550102"


def ride(*, retain: bool = False, **changes: Any) -> Declared:
    """A session as a template has it; a change to None removes a property."""
    properties = {
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "ServiceTimeout": 180,
        "VoiceConnectorId": CONNECTORS[0],
        "ParticipantPhoneNumbers": [RIDER, DRIVER],
        "Capabilities": ["Voice", "SMS"],
        "ExpiryMinutes": 60,
        **changes,
    }
    return Declared({k: v for k, v in properties.items() if v is not None}, retain=retain)
