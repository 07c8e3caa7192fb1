"""Checks IAM permissions for operations on proxy sessions.

ministack keeps roles and policies, checks signatures and decides. Here the operation and the voice
connector of a request are found, by botocore's description of the API. ministack takes a signature
for any service; AWS takes one for the service that is called.
"""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, unquote

import botocore.session
from ministack.core import iam_evaluator
from ministack.core.iam_actions import identity_denial_message
from ministack.core.responses import get_account_id, set_request_account_id, set_request_region
from ministack.core.router import extract_access_key_id, extract_region

from chime_proxy_local.gateway import HttpRequest

_SCOPE = re.compile(r"Credential=[^/,]+/\d+/[^/,]+/(?P<service>[^/,]+)/")


@dataclass(frozen=True, slots=True)
class Denial:
    """The refusal of a request: AWS's error code and message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Operation:
    action: str
    method: str
    path: re.Pattern[str]


def check_permission(request: HttpRequest) -> Denial | None:
    """Return the reason to refuse a request to its signer; None to let it through.

    The account's root, whose access key is `test`, may do everything. A path of no
    operation is let through: the service answers it.
    """
    for operation in _operations():
        match = operation.path.fullmatch(request.raw_path)
        if match and operation.method == request.method:
            return _evaluate(request, operation.action, unquote(match["connector"]))
    return None


def signed_for(authorization: str) -> str:
    """Return the service that a request is signed for, by its header; empty if it has none."""
    found = _SCOPE.search(authorization)
    return found["service"] if found else ""


@cache
def _operations() -> tuple[_Operation, ...]:
    model = botocore.session.get_session().get_service_model("chime-sdk-voice")
    names = [
        name for name in model.operation_names if name.endswith(("Proxy", "Sessions", "Session"))
    ]
    return tuple(_operation(name, model.operation_model(name).http) for name in names)


def _operation(name: str, http: dict[str, str]) -> _Operation:
    path = re.escape(http["requestUri"])
    path = path.replace(r"\{voiceConnectorId\}", "(?P<connector>[^/]+)")
    path = path.replace(r"\{proxySessionId\}", "[^/]+")
    return _Operation(f"chime:{name}", http["method"], re.compile(path))


def _evaluate(request: HttpRequest, action: str, connector: str) -> Denial | None:
    query = parse_qs(request.raw_query, keep_blank_values=True)
    access_key = extract_access_key_id(request.headers, query)
    region = extract_region(request.headers, query)
    set_request_account_id(iam_evaluator.find_iam_access_key_account(access_key) or access_key)
    set_request_region(region)
    iam_evaluator.pin_signed_request(request.method, request.raw_path, query, request.raw_headers)
    iam_evaluator.pin_signed_body(request.body)
    resource = f"arn:aws:chime:{region}:{get_account_id()}:vc/{connector}"
    verdict = iam_evaluator.enforce(access_key, action, "chime", region, resource)
    if verdict is None:
        return None
    if isinstance(verdict, iam_evaluator.AuthError):
        return Denial(verdict.code, verdict.message)
    explicit = verdict.decision == "Deny"
    message = identity_denial_message(action, verdict.principal_arn, resource, explicit)
    return Denial("AccessDeniedException", message)
