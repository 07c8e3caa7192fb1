"""The resource schemas, read as files: what a resource accepts, checked at synthesis."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

from aws_cdk import Token
from constructs import Construct
from jsonschema import Draft7Validator, ValidationError, validators

from chime_proxy._resource_schema import resource_schema

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
    "RevealParticipantPhoneNumbers": "reveal_participants",
    "SecretArn": "secret",
    "JsonField": "json_field",
    "ParameterName": "parameter",
    "AdoptProxySessionId": "adopt",
    "DefaultSessionExpiryMinutes": "default_expiry",
    "PhoneNumberPoolCountries": "pool_countries",
    "FallBackPhoneNumber": "fallback_number",
    "Disabled": "enabled",
    "AdoptExisting": "adopt_existing",
}


def check(construct: Construct, properties: Mapping[str, Any], resource: str) -> None:
    """Refuse literal properties that the resource does not accept.

    Raises:
        ValueError: names the construct, and every prop at fault.
    """
    wrong = faults(properties, resource)
    if wrong:
        msg = f"{construct.node.path}: {'; '.join(wrong)}"
        raise ValueError(msg)


def faults(properties: Mapping[str, Any], resource: str) -> list[str]:
    """What is wrong with literal properties, in the construct's names and without their values.

    A token is left alone: CloudFormation fills it in, and the handler checks it then.
    """
    errors = chain.from_iterable(map(_meant, _validator(resource).iter_errors(properties)))
    return sorted({_message(error) for error in errors if not _is_token(error.instance)})


def strict_validator(schema: Mapping[str, Any]) -> Draft7Validator:
    """A validator whose patterns match the whole of a text."""
    # JSON Schema searches for a pattern, and Python's $ lets a final line feed through.
    strict: type[Draft7Validator] = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema does not annotate it
        Draft7Validator, {"pattern": _full_match}
    )
    return strict(schema)


@cache
def _validator(resource: str) -> Draft7Validator:
    return strict_validator({**resource_schema(resource), "type": "object"})


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """The error, or for a value that fits no choice what it lacks to fit the one that is meant."""
    if error.validator != "oneOf":
        yield error
        return
    choices: Any = error.validator_value
    value: Any = error.instance
    meant = [place for place, choice in enumerate(choices) if _is_meant(choice, value)]
    if not meant:
        yield error
    yield from (reason for reason in error.context if reason.schema_path[0] in meant[:1])


def _is_meant(choice: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, str):
        return "required" not in choice
    is_reference = isinstance(value, Mapping) and "required" in choice
    return is_reference and set(choice["required"]) <= value.keys()


def _full_match(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("")


def _is_token(value: object) -> bool:
    # A list that is a token is encoded as a list of one text, which is no token by itself.
    return Token.is_unresolved(value) or (isinstance(value, str) and Token.is_unresolved([value]))


def _message(error: ValidationError) -> str:
    return f"{_prop(error)} {_allowed(error)}"


def _prop(error: ValidationError) -> str:
    path = [
        f"[{step}]" if isinstance(step, int) else f".{_PROPS[step]}" for step in error.absolute_path
    ]
    if error.validator == "required":
        missing = error.message.split("'")[1]
        path.append(f".{_PROPS[missing]}")
    return "".join(path).removeprefix(".")


def _allowed(error: ValidationError) -> str:
    schema: Mapping[str, Any] = dict(error.schema)  # type: ignore[arg-type]  # never a bare boolean
    match error.validator:
        case "required":
            phrase = "is required"
        case "enum":
            phrase = f"must be one of {', '.join(schema['enum'])}"
        case "pattern" | "oneOf":
            phrase = form(schema, error)
        case "minItems" | "maxItems":
            phrase = size(schema)
        case "uniqueItems":
            phrase = "must not repeat an item"
        case _:
            phrase = _kind(schema)
    return phrase


def form(schema: Mapping[str, Any], error: ValidationError) -> str:
    """What a text must be like that does not match its pattern."""
    text = str(error.instance)
    meant = text.rpartition("/")[2]
    if text.startswith("arn:") and re.fullmatch(schema["pattern"], meant):
        return f"must be the id, not the ARN: use {meant!r}"
    return f"must be {schema['$comment']}"


def size(schema: Mapping[str, Any]) -> str:
    """How many items a list must have."""
    least, most = schema["minItems"], schema.get("maxItems")
    if most is None:
        return f"must have at least {least} item"
    return (
        f"must have exactly {least} items"
        if least == most
        else f"must have {least} to {most} items"
    )


def _kind(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "integer":
        return f"must be a Duration of {schema['minimum']} to {schema['maximum']} whole minutes"
    if schema["type"] == "boolean":
        return "must be true or false"
    if schema["type"] == "object":
        return "must be a GeoMatch"
    return f"must be of type {schema['type']}"
