"""The JSON Schema of a sessions file, made from the resource's own."""

import re
from collections.abc import Mapping
from typing import Any

from chime_proxy._resource_schema import PROXY_SESSION, resource_schema

PARTICIPANTS = "ParticipantPhoneNumbers"
KEY = re.compile("[A-Za-z][A-Za-z0-9-]{0,63}")
KEY_FORM = "a letter, and then at most 63 letters, digits and hyphens"
_DRAFT_7 = "http://json-schema.org/draft-07/schema#"
# Of CloudFormation's own, and unknown to JSON Schema.
_FOREIGN = "insertionOrder"
# They concern one deployment: data that stays is no place for them.
_PASSING = frozenset({"AdoptProxySessionId", "DeploymentId"})


def sessions_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7) of a sessions file, for editors and for checks in CI."""
    shapes = _shapes(resource_schema(PROXY_SESSION))
    required = resource_schema(PROXY_SESSION)["required"]
    return {
        "$schema": _DRAFT_7,
        "title": "Proxy sessions",
        "description": "One session an entry, for chime_proxy.SessionsFile.",
        "type": "object",
        "properties": {"Defaults": _defaults(shapes), "Sessions": _sessions()},
        "required": ["Sessions"],
        "additionalProperties": False,
        "allOf": [_here_or_in_defaults(name) for name in required if name != PARTICIPANTS],
        "definitions": {"Session": _session(shapes)},
    }


def _shapes(resource: Mapping[str, Any]) -> dict[str, Any]:
    read_only = {pointer.removeprefix("/properties/") for pointer in resource["readOnlyProperties"]}
    return {
        name: {keyword: value for keyword, value in shape.items() if keyword != _FOREIGN}
        for name, shape in resource["properties"].items()
        if name not in read_only | _PASSING
    }


def _session(shapes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": "A session. What it leaves out is as in Defaults.",
        "type": "object",
        "properties": shapes,
        "required": [PARTICIPANTS],
        "additionalProperties": False,
    }


def _defaults(shapes: Mapping[str, Any]) -> dict[str, Any]:
    shared = {name: shape for name, shape in shapes.items() if name != PARTICIPANTS}
    return {
        "description": "The properties of all sessions that do not give their own.",
        "type": "object",
        "properties": shared,
        "additionalProperties": False,
    }


def _sessions() -> dict[str, Any]:
    return {
        "description": "The sessions by key. A session under another key is another session.",
        "type": "object",
        "propertyNames": {"pattern": f"^{KEY.pattern}$", "$comment": KEY_FORM},
        "additionalProperties": {"$ref": "#/definitions/Session"},
    }


def _here_or_in_defaults(name: str) -> dict[str, Any]:
    # The last choice is the one that is meant where neither is taken.
    return {
        "anyOf": [
            {
                "properties": {"Defaults": {"type": "object", "required": [name]}},
                "required": ["Defaults"],
            },
            {"properties": {"Sessions": {"additionalProperties": {"required": [name]}}}},
        ]
    }
