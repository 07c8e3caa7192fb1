"""CloudFormation's event, checked once and read-only from then on.

Powertools' CloudFormationCustomResourceEvent reads the same fields without checking them, so that a
malformed event would fail far from here, without an answer.
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

# CloudFormation waits for an hour unless the resource has a ServiceTimeout.
_LONGEST_PATIENCE_SECONDS = 3600
# CloudFormation's own ids are shorter than 300. Longer ones would leave no room for the answer.
_LONGEST_ID_BYTES = 512
_LONGEST_PHYSICAL_ID_BYTES = 1024
# Every custom resource has these. They are CloudFormation's own, not the session's.
_FRAMEWORK_PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout"})


class RequestType(StrEnum):
    """The operation."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """The address for the answer, and the ids of the request."""

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
    """The time that CloudFormation waits for the answer."""


def read_address(event: object) -> ReturnAddress:
    """Read the address for the answer, however malformed the rest of the event is.

    Raises:
        InvalidRequest: no answer is possible; the message names the field.
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
    """Read the request.

    Raises:
        InvalidRequest: CloudFormation sends no such event.
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
    """True if CloudFormation accepts the value as a physical id in an answer."""
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
