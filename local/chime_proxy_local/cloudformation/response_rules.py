"""CloudFormation's rules for the answers of custom resources.

Source: "Custom resource response objects" in the CloudFormation user guide. Messages are AWS's where
they are known.
"""

import json
from dataclasses import dataclass, field
from typing import Any

MAX_ANSWER_BYTES = 4096
MAX_PHYSICAL_ID_BYTES = 1024
MAX_TIMEOUT_SECONDS = 3600


class ResourceFailedError(RuntimeError):
    """A custom resource has failed; the stack event shows the message.

    Args:
        message: the reason.
        physical_resource_id: the id in a FAILED answer; empty without an acceptable answer.
    """

    def __init__(self, message: str, physical_resource_id: str = "") -> None:
        super().__init__(message)
        self.physical_resource_id = physical_resource_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The fields of an event that its answer must repeat."""

    stack_id: str
    request_id: str
    logical_resource_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer."""

    physical_resource_id: str
    data: dict[str, Any] = field(default_factory=dict)


def service_timeout(properties: dict[str, Any]) -> int:
    """Return ServiceTimeout in seconds, an hour if it is not set.

    Raises:
        ResourceFailedError: it is not a number from 1 to 3600.
    """
    value = str(properties.get("ServiceTimeout", MAX_TIMEOUT_SECONDS))
    if value.isdecimal() and 0 < int(value) <= MAX_TIMEOUT_SECONDS:
        return int(value)
    msg = f"ServiceTimeout must be a number of seconds from 1 to {MAX_TIMEOUT_SECONDS}."
    raise ResourceFailedError(msg)


def check_properties(properties: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Check a resource's properties as CloudFormation does before it asks the provider.

    Args:
        properties: the resource's.
        old: those before the update; None for a new resource.

    Raises:
        ResourceFailedError: ServiceTimeout is out of range, or an update changes ServiceToken.
    """
    service_timeout(properties)
    if old is not None and properties.get("ServiceToken") != old.get("ServiceToken"):
        msg = "Modifying service token is not allowed."
        raise ResourceFailedError(msg)


def read_answer(body: bytes | None, request: Request) -> Answer:
    """Read the answer that was PUT to the ResponseURL.

    Args:
        body: the answer; None if none came in time.
        request: has the fields to be repeated.

    Raises:
        ResourceFailedError: no answer, one that breaks a rule, or FAILED.
    """
    if body is None:
        msg = (
            "CloudFormation did not receive a response from your Custom Resource. "
            f"Please check your logs for requestId [{request.request_id}]."
        )
        raise ResourceFailedError(msg)
    if len(body) > MAX_ANSWER_BYTES:
        msg = "Response object is too long."
        raise ResourceFailedError(msg)
    answer = _parse(body)
    _check_repeated(answer, request)
    physical_id = _physical_id(answer)
    _check_status(answer, physical_id)
    return Answer(physical_resource_id=physical_id, data=_data(answer))


def _parse(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        msg = "Invalid response: it is not JSON."
        raise ResourceFailedError(msg) from error
    if isinstance(answer, dict):
        return answer
    msg = "Invalid response: it is not a JSON object."
    raise ResourceFailedError(msg)


def _check_repeated(answer: dict[str, Any], request: Request) -> None:
    expected = {
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
    }
    for name, value in expected.items():
        if answer.get(name) != value:
            msg = f"Invalid response: {name} must be present and equal to the request's."
            raise ResourceFailedError(msg)


def _physical_id(answer: dict[str, Any]) -> str:
    value = answer.get("PhysicalResourceId")
    if isinstance(value, str) and 0 < len(value.encode()) <= MAX_PHYSICAL_ID_BYTES:
        return value
    msg = "Invalid PhysicalResourceId"
    raise ResourceFailedError(msg)


def _check_status(answer: dict[str, Any], physical_id: str) -> None:
    status, reason = answer.get("Status"), answer.get("Reason")
    if status == "SUCCESS":
        return
    if status != "FAILED":
        msg = "Invalid response: Status must be SUCCESS or FAILED."
        raise ResourceFailedError(msg)
    if not (isinstance(reason, str) and reason):
        msg = "Invalid response: a FAILED response must have a Reason."
        raise ResourceFailedError(msg)
    msg = (
        "Received response status [FAILED] from custom resource. "
        f"Message returned: {reason} (RequestId: {answer['RequestId']})"
    )
    raise ResourceFailedError(msg, physical_id)


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("Data") or {}
    if isinstance(data, dict):
        return data
    msg = "Invalid response: Data must be a JSON object."
    raise ResourceFailedError(msg)
