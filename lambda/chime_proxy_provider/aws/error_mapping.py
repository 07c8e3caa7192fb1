"""What the API's refusals and the SDK's failures mean, in the provider's own errors."""

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
    ProviderError,
    ServiceInternalError,
    Throttling,
)
from chime_proxy_provider.redaction import redact_foreign

# IAM's words. A service that has ended refuses with 403 too, but not in these.
_IAM = re.compile(r"not authorized to perform|AccessDenied")
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
# Secrets Manager and Parameter Store answer 400 to whatever they refuse.
_BY_CODE: Mapping[str, type[ProviderError]] = {
    "AccessDeniedException": AccessDenied,
    "ParameterNotFound": NotFound,
    "ResourceNotFoundException": NotFound,
    "ThrottlingException": Throttling,
}
# What botocore's parsers raise over an answer that is not what the API's model says.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever the call of an SDK's client raises into a `ProviderError`."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(error) from None
    except ParamValidationError:
        # Its text repeats the values.
        msg = "the SDK refuses the parameters of the call"
        raise InvalidRequest(msg) from None
    except BotoCoreError as error:
        msg = f"no answer came from the API ({type(error).__name__})"
        raise NetworkFailure(msg) from None
    except UNREADABLE:
        msg = "the API's answer cannot be read"
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
    if status in _GONE:
        return NotFound(text)
    if status in _REFUSALS:
        return AccessDenied(text) if _IAM.search(text) else GeneralServiceException(text)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return InvalidRequest(text)
    return ServiceInternalError(text)


def _retry_after(response: Mapping[str, Any]) -> float:
    try:
        return float(response["ResponseMetadata"].get("HTTPHeaders", {}).get("retry-after", 0))
    except ValueError:
        return 0
