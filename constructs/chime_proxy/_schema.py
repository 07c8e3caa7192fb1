"""The resource schema, read as a file: what a session accepts, checked at synthesis."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from aws_cdk import Token
from jsonschema import Draft7Validator, ValidationError, validators

from chime_proxy._code import SCHEMA

# What the construct calls the properties whose names differ from the schema's by more than case.
_PROPS = {
    "ParticipantPhoneNumbers": "participants",
    "ExpiryMinutes": "expiry",
    "NumberSelectionBehavior": "number_selection",
    "GeoMatchLevel": "geo_match.level",
    "GeoMatchParams": "geo_match",
    "Country": "country",
    "AreaCode": "area_code",
    "VoiceConnectorId": "voice_connector",
    "Capabilities": "capabilities",
    "Name": "name",
}


@cache
def resource_schema() -> Mapping[str, Any]:
    """The schema of `Custom::ChimeProxySession`."""
    schema: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def faults(properties: Mapping[str, Any]) -> list[str]:
    """What is wrong with literal properties, in the construct's names and without their values.

    A token is left alone: CloudFormation fills it in, and the handler checks it then.
    """
    errors = _validator().iter_errors(properties)
    return sorted({_message(error) for error in errors if not _is_token(error.instance)})


@cache
def _validator() -> Draft7Validator:
    # JSON Schema searches for a pattern, and Python's $ lets a final line feed through.
    strict = validators.extend(Draft7Validator, {"pattern": _full_match})
    validator: Draft7Validator = strict({**resource_schema(), "type": "object"})
    return validator


def _full_match(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("")


def _is_token(value: object) -> bool:
    return isinstance(value, str | float | int | list) and Token.is_unresolved(value)


def _message(error: ValidationError) -> str:
    return f"{_prop(error)} {_allowed(error)}"


def _prop(error: ValidationError) -> str:
    path = [f"[{step}]" if isinstance(step, int) else f".{_PROPS[step]}" for step in error.path]
    if error.validator == "required":
        missing = error.message.split("'")[1]
        path.append(f".{_PROPS[missing]}")
    return "".join(path).removeprefix(".")


def _allowed(error: ValidationError) -> str:
    schema: Mapping[str, Any] = error.schema
    match error.validator:
        case "required":
            return "is required"
        case "enum":
            return f"must be one of {', '.join(schema['enum'])}"
        case "pattern" if str(error.instance).startswith("arn:"):
            return f"must be the id, not the ARN: use {str(error.instance).rpartition('/')[2]!r}"
        case "pattern":
            return f"must be {schema['$comment']}"
        case "minItems" | "maxItems":
            return _size(schema)
        case "uniqueItems":
            return "must not repeat an item"
    if schema["type"] == "integer":
        return f"must be a whole number of minutes from {schema['minimum']} to {schema['maximum']}"
    return f"must be of type {schema['type']}"


def _size(schema: Mapping[str, Any]) -> str:
    least, most = schema["minItems"], schema.get("maxItems")
    return (
        f"must have exactly {least} items" if least == most else f"must have at least {least} item"
    )
