"""Reads requests from events of Lambda's payload format 2.0."""

import json
import re
from base64 import b64decode
from typing import Any, TypeAlias

from chime_proxy_service.errors import BadRequestError
from chime_proxy_service.idempotency import Caller
from chime_proxy_service.wire.constraints import Integer
from chime_proxy_service.wire.operations import Operation

Json: TypeAlias = dict[str, Any]

_CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/")


def method_and_path(event: Json) -> tuple[str, str]:
    """Return the method and the percent-encoded path, without the name of an API's stage."""
    context = event["requestContext"]
    return context["http"]["method"], event["rawPath"].removeprefix(f"/{context['stage']}")


def region(event: Json) -> str | None:
    """Return the region of the SigV4 credential scope, None without one."""
    scope = _CREDENTIAL_SCOPE.search(event["headers"].get("authorization", ""))
    return scope and scope[1]


def idempotency_key(event: Json) -> str | None:
    """Return the key by which a repeated request is known; None if the client sends none.

    It is the header `Idempotency-Key`, else `amz-sdk-invocation-id`, which AWS's SDKs send unasked
    and repeat with each of their own retries.
    """
    headers = event["headers"]
    return headers.get("idempotency-key") or headers.get("amz-sdk-invocation-id") or None


def caller(event: Json) -> Caller:
    """Return the caller, as an HTTP API with IAM authorization names it.

    The sessions of a role are one caller: a repetition may come from another one.
    """
    identity = event["requestContext"].get("authorizer", {}).get("iam", {})
    arn = identity.get("userArn") or ""
    principal = arn.rpartition("/")[0] if ":assumed-role/" in arn else arn
    return Caller(account=identity.get("accountId") or "", principal=principal)


def body(event: Json) -> Json:
    """Return the JSON object of the body; an empty body counts as an empty object.

    Raises:
        BadRequestError: the body is anything else.
    """
    text = event.get("body")
    try:
        value = json.loads(_decoded(text, event["isBase64Encoded"])) if text else None
    except (ValueError, RecursionError) as error:
        msg = "The request body is not valid JSON"
        raise BadRequestError(msg) from error
    if not isinstance(value, dict | None):
        msg = "The request body must be a JSON object"
        raise BadRequestError(msg)
    return value or {}


def query(event: Json, operation: Operation) -> Json:
    """Return the members of an operation's input that come as query parameters."""
    given = event.get("queryStringParameters") or {}
    return {
        member: _typed(given[name], is_integer=isinstance(operation.input.members[member], Integer))
        for name, member in operation.query.items()
        if name in given
    }


def _decoded(text: str, is_base64: bool) -> str:  # noqa: FBT001 - the event's own flag
    return b64decode(text).decode() if is_base64 else text


def _typed(text: str, *, is_integer: bool) -> int | str:
    return int(text) if is_integer and re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else text
