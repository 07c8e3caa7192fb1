"""Reads the resource schemas, without CDK and so without Node."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_lambda"
_SOURCES = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parents[1] / "lambda"
PROXY_SESSION = "proxy_session"
VOICE_CONNECTOR_PROXY = "voice_connector_proxy"


@cache
def resource_schema(resource: str) -> Mapping[str, Any]:
    """Read the schema of a resource type.

    Args:
        resource: `PROXY_SESSION` or `VOICE_CONNECTOR_PROXY`.
    """
    path = _SOURCES / "chime_proxy_provider" / resource / "schema.json"
    schema: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
