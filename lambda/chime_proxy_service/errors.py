"""What the service refuses, by the API's own error codes.

Messages say what was wrong and what is allowed. They never contain a phone number, nor anything
else that a caller sent where a phone number could stand.
"""

from typing import ClassVar


class ServiceError(Exception):
    """A request that was understood and refused; `code` is the API's ErrorCode."""

    code: ClassVar[str]


class BadRequestError(ServiceError):
    """A value is malformed, out of range, or cannot be met."""

    code = "BadRequest"


class ForbiddenError(ServiceError):
    """The voice connector's proxy configuration is disabled."""

    code = "Forbidden"


class NotFoundError(ServiceError):
    """There is no such session, or no proxy configuration."""

    code = "NotFound"
