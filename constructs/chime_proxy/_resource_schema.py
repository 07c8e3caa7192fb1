"""Reads the resource schemas, without CDK and so without Node."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from chime_proxy._lambda_sources import LAMBDA

PROXY_SESSION = "proxy_session"
VOICE_CONNECTOR_PROXY = "voice_connector_proxy"


@cache
def resource_schema(resource: str) -> Mapping[str, Any]:
    """Read the schema of a resource type.

    Args:
        resource: `PROXY_SESSION` or `VOICE_CONNECTOR_PROXY`.
    """
    path = LAMBDA / "chime_proxy_provider" / resource / "schema.json"
    schema: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
