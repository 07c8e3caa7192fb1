"""The failures of a request, named after CloudFormation's handler error codes.

The text of a failure becomes the `Reason` in the stack's events. It never holds a phone number.
Source: "Resource type handler error codes" in the CloudFormation CLI user guide.
"""


class ProviderError(Exception):
    """A failure. Its text is safe to show to anybody who can see the stack."""

    outcome_unknown = False
    """True if the call may have taken effect although it failed."""
    possible_physical_id = ""
    """Physical id of a resource perhaps created by the failed call; empty if unknown."""


class InvalidRequest(ProviderError):
    """The properties or the event are wrong, and will be wrong again."""


class InvalidTypeConfiguration(ProviderError):
    """The settings of the provider's function are wrong; no call was made."""


class AlreadyExists(ProviderError):
    """The voice connector has a proxy configuration that is not the resource's own."""


class ResourceConflict(ProviderError):
    """The service knows the request's idempotency key, for a session that is not as asked for."""

    outcome_unknown = True


class NotFound(ProviderError):
    """The session, its voice connector or the connector's proxy configuration does not exist."""


class AccessDenied(ProviderError):
    """IAM does not allow the function's role to make the call."""


class GeneralServiceException(ProviderError):
    """The endpoint does not serve the call: proxy sessions are disabled there, or have ended."""


class NotServed(GeneralServiceException):
    """Something else than the API responded, such as a gateway with 404; no effect."""


class Throttling(ProviderError):
    """The API asks for fewer calls; the call took no effect."""

    def __init__(self, text: str, retry_after_seconds: float = 0) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class ServiceInternalError(ProviderError):
    """The API failed; the call may have taken effect."""

    outcome_unknown = True


class NetworkFailure(ProviderError):
    """No complete response came from the API; the call may have taken effect."""

    outcome_unknown = True


class InternalFailure(ProviderError):
    """The handler itself failed."""

    outcome_unknown = True
