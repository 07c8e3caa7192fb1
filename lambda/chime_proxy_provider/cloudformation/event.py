"""The event that CloudFormation sends: checked once, then read-only.

Source: "Custom resource request objects" in the CloudFormation user guide.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeGuard

from chime_proxy_provider.errors import InvalidRequest

# An hour is CloudFormation's patience where the resource does not say.
_LONGEST_PATIENCE_SECONDS = 3600
# CloudFormation's own ids have fewer than 300. More of them would leave no room for the answer.
_LONGEST_ID_BYTES = 512
_LONGEST_PHYSICAL_ID_BYTES = 1024
# CloudFormation's own properties of every custom resource: they say nothing about the session.
_FRAMEWORK_PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout"})


class RequestType(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where the answer goes, and the ids that CloudFormation knows the request by."""

    response_url: str = field(repr=False)
    stack_id: str
    request_id: str
    logical_resource_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `physical_resource_id` is empty on Create, and only there."""

    request_type: RequestType
    resource_type: str
    address: ReturnAddress
    physical_resource_id: str
    properties: Mapping[str, Any] = field(repr=False)
    old_properties: Mapping[str, Any] = field(repr=False)
    patience: timedelta
    """How long CloudFormation waits for the answer."""


def read_address(event: object) -> ReturnAddress:
    """Where to answer an event, however malformed the rest of it is.

    Raises:
        InvalidRequest: nobody can be answered; the message names what is missing.
    """
    if not isinstance(event, Mapping):
        msg = "the event must be a JSON object"
        raise InvalidRequest(msg)
    return ReturnAddress(
        response_url=_web_address(event),
        stack_id=_id(event, "StackId"),
        request_id=_id(event, "RequestId"),
        logical_resource_id=_id(event, "LogicalResourceId"),
    )


def read_request(event: Mapping[str, Any], address: ReturnAddress) -> Request:
    """The request of an event that can be answered.

    Raises:
        InvalidRequest: the event is not one that CloudFormation sends.
    """
    request_type = _request_type(event)
    return Request(
        request_type=request_type,
        resource_type=_text(event, "ResourceType"),
        address=address,
        physical_resource_id=""
        if request_type is RequestType.CREATE
        else _id(event, "PhysicalResourceId", _LONGEST_PHYSICAL_ID_BYTES),
        properties=_properties(event, "ResourceProperties"),
        old_properties=_properties(event, "OldResourceProperties"),
        patience=_patience(event),
    )


def is_physical_id(value: object) -> TypeGuard[str]:
    """Whether a value is a physical id that CloudFormation takes in an answer."""
    return _is_id(value, _LONGEST_PHYSICAL_ID_BYTES)


def _request_type(event: Mapping[str, Any]) -> RequestType:
    try:
        return RequestType(_text(event, "RequestType"))
    except ValueError:
        msg = f"RequestType must be one of {', '.join(RequestType)}"
        raise InvalidRequest(msg) from None


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        msg = f"{name} must be a non-empty string in the event"
        raise InvalidRequest(msg)
    return value


def _id(event: Mapping[str, Any], name: str, longest: int = _LONGEST_ID_BYTES) -> str:
    value = event.get(name)
    if not _is_id(value, longest):
        msg = f"{name} must be a string of 1 to {longest} bytes in the event"
        raise InvalidRequest(msg)
    return value


def _is_id(value: object, longest: int) -> TypeGuard[str]:
    if not isinstance(value, str):
        return False
    quoted = json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")
    return 0 < len(quoted) - len('""') <= longest


def _web_address(event: Mapping[str, Any]) -> str:
    url = _text(event, "ResponseURL")
    if not url.startswith(("https://", "http://")):
        msg = "ResponseURL must be an http or https address in the event"
        raise InvalidRequest(msg)
    return url


def _patience(event: Mapping[str, Any]) -> timedelta:
    stated = event.get("ResourceProperties", {}).get("ServiceTimeout", "")
    is_number = isinstance(stated, str) and re.fullmatch("[0-9]{1,4}", stated)
    return timedelta(seconds=int(stated) if is_number else _LONGEST_PATIENCE_SECONDS)


def _properties(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name, {})
    if not isinstance(value, Mapping):
        msg = f"{name} must be a JSON object in the event"
        raise InvalidRequest(msg)
    return {key: value[key] for key in value.keys() - _FRAMEWORK_PROPERTIES}
