"""Checks ids that are given to grants and references."""

import re

from chime_proxy._deferred_value import is_deferred
from chime_proxy._resource_schema import PROXY_SESSION, resource_schema


def checked_connector_id(value: str, name: str = "the voice connector") -> str:
    """Return a voice connector's id: with an ARN in its place, a permission would match nothing.

    Raises:
        ValueError: it is not an id.
    """
    return _matching(name, value, "VoiceConnectorId")


def checked_session_id(value: str) -> str:
    """Return a session's id.

    Raises:
        ValueError: it is not an id.
    """
    return _matching("proxy_session_id", value, "AdoptProxySessionId")


def _matching(name: str, value: str, schema_property: str) -> str:
    shape = resource_schema(PROXY_SESSION)["properties"][schema_property]
    is_match = isinstance(value, str) and re.fullmatch(shape["pattern"], value)
    if not is_match and not is_deferred(value):
        msg = f"{name} must be {shape['$comment']}"
        raise ValueError(msg)
    return value
