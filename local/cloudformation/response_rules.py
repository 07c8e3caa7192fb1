"""CloudFormation's side of the custom resource contract: what it makes of an answer.

The rules are those of the CloudFormation user guide, "Custom resource response objects". Where the
text that AWS shows in a stack event is known, it is used.
"""

import json
from dataclasses import dataclass, field
from typing import Any

MAX_ANSWER_BYTES = 4096
MAX_PHYSICAL_ID_BYTES = 1024
MAX_TIMEOUT_SECONDS = 3600


class ResourceFailedError(RuntimeError):
    """A custom resource has failed; the message is what its stack event shows.

    Args:
        message: the reason.
        physical_resource_id: the id in a FAILED answer; empty if there was no acceptable answer.
    """

    def __init__(self, message: str, physical_resource_id: str = "") -> None:
        super().__init__(message)
        self.physical_resource_id = physical_resource_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an answer has to repeat of its event."""

    stack_id: str
    request_id: str
    logical_resource_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of a provider that succeeded."""

    physical_resource_id: str
    data: dict[str, Any] = field(default_factory=dict)


def service_timeout(properties: dict[str, Any]) -> int:
    """Return how many seconds the provider has: ServiceTimeout, an hour if it is not set.

    Raises:
        ResourceFailedError: it is not a number from 1 to 3600.
    """
    value = str(properties.get("ServiceTimeout", MAX_TIMEOUT_SECONDS))
    if value.isdecimal() and 0 < int(value) <= MAX_TIMEOUT_SECONDS:
        return int(value)
    message = f"ServiceTimeout must be a number of seconds from 1 to {MAX_TIMEOUT_SECONDS}."
    raise ResourceFailedError(message)


def check_properties(properties: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Check what CloudFormation itself has to say about properties, before the provider is asked.

    Args:
        properties: the resource's.
        old: those before the update; None for a new resource.

    Raises:
        ResourceFailedError: ServiceTimeout is out of range, or an update changes ServiceToken.
    """
    service_timeout(properties)
    if old is not None and properties.get("ServiceToken") != old.get("ServiceToken"):
        message = "Modifying service token is not allowed."
        raise ResourceFailedError(message)


def read_answer(body: bytes | None, request: Request) -> Answer:
    """Read what was PUT to the ResponseURL.

    Args:
        body: None when nothing was PUT in time.
        request: what the answer has to repeat.

    Raises:
        ResourceFailedError: no answer, one that breaks a rule, or FAILED.
    """
    if body is None:
        message = (
            "CloudFormation did not receive a response from your Custom Resource. "
            f"Please check your logs for requestId [{request.request_id}]."
        )
        raise ResourceFailedError(message)
    if len(body) > MAX_ANSWER_BYTES:
        message = "Response object is too long."
        raise ResourceFailedError(message)
    answer = _parse(body)
    _check_repeated(answer, request)
    physical_id = _physical_id(answer)
    _check_status(answer, physical_id)
    return Answer(physical_resource_id=physical_id, data=_data(answer))


def _parse(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        message = "Invalid response: it is not JSON."
        raise ResourceFailedError(message) from error
    if isinstance(answer, dict):
        return answer
    message = "Invalid response: it is not a JSON object."
    raise ResourceFailedError(message)


def _check_repeated(answer: dict[str, Any], request: Request) -> None:
    expected = {
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
    }
    for name, value in expected.items():
        if answer.get(name) != value:
            message = f"Invalid response: {name} must be present and equal to the request's."
            raise ResourceFailedError(message)


def _physical_id(answer: dict[str, Any]) -> str:
    value = answer.get("PhysicalResourceId")
    if isinstance(value, str) and 0 < len(value.encode()) <= MAX_PHYSICAL_ID_BYTES:
        return value
    message = "Invalid PhysicalResourceId"
    raise ResourceFailedError(message)


def _check_status(answer: dict[str, Any], physical_id: str) -> None:
    status, reason = answer.get("Status"), answer.get("Reason")
    if status == "SUCCESS":
        return
    if status != "FAILED":
        message = "Invalid response: Status must be SUCCESS or FAILED."
        raise ResourceFailedError(message)
    if not (isinstance(reason, str) and reason):
        message = "Invalid response: a FAILED response must have a Reason."
        raise ResourceFailedError(message)
    message = (
        "Received response status [FAILED] from custom resource. "
        f"Message returned: {reason} (RequestId: {answer['RequestId']})"
    )
    raise ResourceFailedError(message, physical_id)


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("Data") or {}
    if isinstance(data, dict):
        return data
    message = "Invalid response: Data must be a JSON object."
    raise ResourceFailedError(message)
