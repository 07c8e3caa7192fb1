"""The API's errors.

A message names the member that is wrong and the values allowed there. It never repeats a value of
the request, since a caller may have put a phone number there.
"""

from typing import ClassVar


class ServiceError(Exception):
    """A refused request; `code` is the API's ErrorCode."""

    code: ClassVar[str]


class BadRequestError(ServiceError):
    """A value is malformed or out of range."""

    code = "BadRequest"


class NoNumberError(BadRequestError):
    """No proxy number is free for the participants."""


class ForbiddenError(ServiceError):
    """The voice connector's proxy configuration is disabled."""

    code = "Forbidden"


class ConflictError(ServiceError):
    """An idempotency key was used before, for another request or for a session since deleted."""

    code = "Conflict"


class NotFoundError(ServiceError):
    """The session or the proxy configuration does not exist."""

    code = "NotFound"


class UnavailableError(ServiceError):
    """The store could not decide in time. Clients repeat such a request."""

    code = "ServiceUnavailable"
