"""CloudFormation's judgement of the answers to an event.

Source: "Custom resource response objects" in the CloudFormation user guide.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from chime_proxy_provider.proxy_session import resource as proxy_session
from chime_proxy_provider.voice_connector_proxy import resource as voice_connector_proxy

LIMIT_BYTES = 4096
_LONGEST_PHYSICAL_ID_BYTES = 1024
# CloudFormation's longest, of a stack, has fewer than 300.
_LONGEST_ID_BYTES = 512
_COPIED = ("StackId", "RequestId", "LogicalResourceId")
_FIELDS = {*_COPIED, "Status", "Reason", "PhysicalResourceId", "NoEcho", "Data"}


def assert_answered(event: Any, bodies: Sequence[bytes]) -> None:
    """Whoever can be answered has one answer that CloudFormation takes, anyone else has none."""
    if is_answerable(event):
        (body,) = bodies
        _assert_accepted(event, body)
    else:
        assert not bodies


def is_answerable(event: Any) -> bool:
    """Whether an event says where to answer, and for whom, and leaves room to do so."""
    if not isinstance(event, Mapping):
        return False
    url = event.get("ResponseURL")
    return (
        isinstance(url, str)
        and url.startswith(("http://", "https://"))
        and all(_has(event, name, _LONGEST_ID_BYTES) for name in _COPIED)
    )


def _assert_accepted(event: Mapping[str, Any], body: bytes) -> None:
    assert len(body) <= LIMIT_BYTES
    answer = json.loads(body.decode(), parse_constant=_refuse)
    assert answer.keys() <= _FIELDS
    assert answer["Status"] in ("SUCCESS", "FAILED")
    assert isinstance(answer["Reason"], str)
    assert answer["Reason"] or answer["Status"] == "SUCCESS"
    assert all(answer[name] == event[name] for name in _COPIED)
    assert _has(answer, "PhysicalResourceId", _LONGEST_PHYSICAL_ID_BYTES)
    assert answer["NoEcho"] is True
    for name, value in answer["Data"].items():
        assert isinstance(value, str), f"{name} is no string"
    _assert_same_resource(event, answer)
    _assert_can_be_deleted(event, answer)


def _assert_can_be_deleted(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """A session that was made is found again by its id alone."""
    if answer["Status"] == "SUCCESS" and event["RequestType"] != "Delete":
        assert _names_resource(answer["PhysicalResourceId"])


def _assert_same_resource(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """A Delete, and a failure that made nothing, are about the resource that the event names."""
    made = event.get("RequestType") == "Update" and _names_resource(answer["PhysicalResourceId"])
    is_kept = event.get("RequestType") == "Delete" or answer["Status"] == "FAILED"
    if is_kept and not made and _has(event, "PhysicalResourceId", _LONGEST_PHYSICAL_ID_BYTES):
        assert answer["PhysicalResourceId"] == event["PhysicalResourceId"]


def _names_resource(physical_id: str) -> bool:
    schemas = (proxy_session.SCHEMA, voice_connector_proxy.SCHEMA)
    return any(schema.identifier.parse(physical_id) for schema in schemas)


def _has(fields: Mapping[str, Any], name: str, limit: int) -> bool:
    value = fields.get(name)
    return isinstance(value, str) and 0 < _length(value) <= limit


def _length(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode(errors="backslashreplace")) - 2


def _refuse(constant: str) -> NoReturn:
    msg = f"{constant} is no JSON"
    raise AssertionError(msg)
