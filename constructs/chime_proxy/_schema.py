"""Check properties against the resource schemas at synthesis."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

from constructs import Construct
from jsonschema import Draft7Validator, ValidationError, validators

from chime_proxy._deferred_value import is_deferred, is_secret
from chime_proxy._resource_schema import resource_schema

# Errors name props, and these are the props of the schema's properties.
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
_PHONE_NUMBERS = frozenset({"ParticipantPhoneNumbers", "FallBackPhoneNumber"})
_UNRESOLVED = "CloudFormation resolves none in a custom resource"
_REMEDY = "; use PhoneNumber.from_secret or PhoneNumber.from_secure_parameter"


def check(
    construct: Construct, scope: Construct, properties: Mapping[str, Any], resource: str
) -> None:
    """Refuse literal properties that the resource does not accept.

    Args:
        construct: the construct of the resource.
        scope: its parent, in the same stack.
        properties: the properties.
        resource: the resource's schema.

    Raises:
        ValueError: the construct's path, and for each wrong prop the allowed values.
    """
    wrong = {*problems(properties, resource), *_secrets(scope, properties)}
    if wrong:
        msg = f"{construct.node.path}: {'; '.join(sorted(wrong))}"
        raise ValueError(msg)


def problems(properties: Mapping[str, Any], resource: str) -> list[str]:
    """List the errors of literal properties by prop, without their values.

    A token, a dynamic reference and the dummy of a lookup pass: the handler checks the value of
    the first two, and the next synthesis that of the last.
    """
    errors = chain.from_iterable(map(_meant, _validator(resource).iter_errors(properties)))
    return sorted({_message(error) for error in errors if not is_deferred(error.instance)})


def strict_validator(schema: Mapping[str, Any]) -> Draft7Validator:
    """Make a validator whose patterns must match a whole text."""
    # JSON Schema searches for a pattern, and Python's $ lets a final line feed through.
    strict: type[Draft7Validator] = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema does not annotate it
        Draft7Validator, {"pattern": _full_match}
    )
    return strict(schema)


@cache
def _validator(resource: str) -> Draft7Validator:
    return strict_validator({**resource_schema(resource), "type": "object"})


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """Split the error of a `oneOf` into the errors of the alternative meant by the value."""
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


def _secrets(scope: Construct, properties: Mapping[str, Any]) -> Iterator[str]:
    for path, value in _leaves(properties, ()):
        if is_secret(scope, value):
            remedy = _REMEDY if path[0] in _PHONE_NUMBERS else ""
            yield f"{_prop(path)} must not be a secret: {_UNRESOLVED}{remedy}"


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _message(error: ValidationError) -> str:
    path: list[str | int] = [*error.absolute_path]
    if error.validator == "required":
        path.append(error.message.split("'")[1])
    return f"{_prop(path)} {_allowed(error)}"


def _prop(path: Iterable[str | int]) -> str:
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{_PROPS.get(step, step)}" for step in path
    )
    return "".join(steps).removeprefix(".")


def _allowed(error: ValidationError) -> str:
    schema: Mapping[str, Any] = dict(error.schema)  # type: ignore[arg-type]  # never a bare boolean
    match error.validator:
        case "required":
            phrase = "is required"
        case "enum":
            phrase = f"must be one of {', '.join(schema['enum'])}"
        case "pattern":
            phrase = form(schema, error)
        case "oneOf":
            phrase = f"must be {schema['$comment'].partition(';')[0]}; or a PhoneNumber"
        case "minItems" | "maxItems":
            phrase = size(schema)
        case "uniqueItems":
            phrase = "must not repeat an item"
        case _:
            phrase = _kind(schema, error.instance)
    return phrase


def form(schema: Mapping[str, Any], error: ValidationError) -> str:
    """Describe the allowed form of a text."""
    text = str(error.instance)
    meant = text.rpartition("/")[2]
    if text.startswith("arn:") and re.fullmatch(schema["pattern"], meant):
        return f"must be the id, not the ARN: use {meant!r}"
    return f"must be {schema['$comment']}"


def size(schema: Mapping[str, Any]) -> str:
    """Describe the allowed length of a list."""
    return f"must have {_count(schema)}"


def _count(schema: Mapping[str, Any]) -> str:
    least, most = schema["minItems"], schema.get("maxItems")
    if most is None:
        return f"at least {least} item"
    return f"exactly {least} items" if least == most else f"{least} to {most} items"


def _kind(schema: Mapping[str, Any], value: object) -> str:
    if schema["type"] == "array":
        return f"must be a list of {_count(schema)}, not of type {type(value).__name__}"
    if schema["type"] == "integer":
        return f"must be a Duration of {schema['minimum']} to {schema['maximum']} whole minutes"
    if schema["type"] == "boolean":
        return "must be true or false"
    if schema["type"] == "object":
        return "must be a GeoMatch"
    return "must be text"
