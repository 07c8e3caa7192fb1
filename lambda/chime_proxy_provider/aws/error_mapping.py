"""Turns the API's error responses and the SDK's exceptions into the provider's errors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chime_proxy_provider.errors import (
    AccessDenied,
    GeneralServiceException,
    InvalidRequest,
    NetworkFailure,
    NotFound,
    NotServed,
    ProviderError,
    ResourceConflict,
    ServiceInternalError,
    Throttling,
)
from chime_proxy_provider.redaction import redact_foreign

# IAM's words. A service that has ended answers 403 as well, in other words.
_IAM = re.compile(r"not authorized to perform|AccessDenied")
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
# A gateway or a load balancer in front of the API answers with these, too, and knows of no session.
_NOT_SERVED = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.METHOD_NOT_ALLOWED)
# The API's own "gone" has a type. Secrets Manager and Parameter Store answer 400 to every refusal.
_BY_CODE: Mapping[str, type[ProviderError]] = {
    "AccessDeniedException": AccessDenied,
    "ConflictException": ResourceConflict,
    "GoneException": NotFound,
    "NotFound": NotFound,
    "NotFoundException": NotFound,
    "ParameterNotFound": NotFound,
    "ResourceNotFoundException": NotFound,
    "ThrottlingException": Throttling,
    "UnknownOperationException": GeneralServiceException,
}
# botocore's parsers raise these for a response that does not fit the API's model.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def translated() -> Iterator[None]:
    """Raise a `ProviderError` in place of an exception of the SDK's client."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(error) from None
    except ParamValidationError:
        # Its text repeats the values.
        msg = "the SDK refuses the parameters of the call: the provider and its botocore do not fit"
        raise InvalidRequest(msg) from None
    except BotoCoreError as error:
        msg = f"no response came from the API ({type(error).__name__})"
        raise NetworkFailure(msg) from None
    except UNREADABLE:
        msg = "the API's response cannot be read"
        raise ServiceInternalError(msg) from None


def _from_answer(error: ClientError) -> ProviderError:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    details = error.response["Error"]
    meant = _BY_CODE.get(str(details.get("Code")))
    text = redact_foreign(
        f"{error.operation_name}: {details.get('Code')}: {details.get('Message')}"
    )
    if meant:
        return meant(text)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttling(text, _retry_after(error.response))
    if status in _NOT_SERVED:
        return NotServed(
            f"{text}: the response is not the API's; check the provider's endpoint_url"
        )
    if status in _REFUSALS:
        is_iams = _IAM.search(text) or _is_api_gateways(error)
        return AccessDenied(text) if is_iams else GeneralServiceException(text)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return InvalidRequest(text)
    return ServiceInternalError(text)


def _is_api_gateways(error: ClientError) -> bool:
    """True for API Gateway's own refusal, which has no type: a permission is missing."""
    headers = error.response["ResponseMetadata"].get("HTTPHeaders", {})
    return "apigw-requestid" in headers and "x-amzn-errortype" not in headers


def _retry_after(response: Mapping[str, Any]) -> float:
    try:
        return float(response["ResponseMetadata"].get("HTTPHeaders", {}).get("retry-after", 0))
    except ValueError:
        return 0
