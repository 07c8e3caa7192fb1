"""Failures that CloudFormation is told about, named as its own handler error codes are.

The text of each becomes the `Reason` in the stack's events: it never holds a phone number.
Source: "Resource type handler error codes" in the CloudFormation CLI user guide.
"""


class ProviderError(Exception):
    """A failure whose text may be shown to anyone who may see the stack."""

    outcome_unknown = False
    """Whether the API may have done what was asked all the same."""
    possible_physical_id = ""
    """The physical id of what the API may have made, where it has one all the same."""


class InvalidRequest(ProviderError):
    """The properties or the event cannot be served, now or later."""


class AlreadyExists(ProviderError):
    """The voice connector has a proxy configuration that is not the resource's own."""


class NotFound(ProviderError):
    """The session, its voice connector or the connector's proxy configuration is not there."""


class AccessDenied(ProviderError):
    """IAM does not let the function's role make the call."""


class GeneralServiceException(ProviderError):
    """The API itself refuses: its proxy sessions are disabled on the connector, or have ended."""


class Throttling(ProviderError):
    """The API asks for fewer calls; the request was not taken."""

    def __init__(self, text: str, retry_after_seconds: float = 0) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class ServiceInternalError(ProviderError):
    """The API failed; whether the request was taken is unknown."""

    outcome_unknown = True


class NetworkFailure(ProviderError):
    """No whole answer came from the API; whether the request was taken is unknown."""

    outcome_unknown = True


class InternalFailure(ProviderError):
    """The handler itself failed."""

    outcome_unknown = True
