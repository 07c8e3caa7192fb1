"""The message of a failed command."""

from botocore.exceptions import BotoCoreError

from chime_proxy._deployed.errors import StackNotReadError

# The SDK raises ValueError and OSError for settings, such as an endpoint or a missing file.
_EXPECTED = (StackNotReadError, BotoCoreError, ValueError, OSError)


def reason(command: str, error: Exception) -> str:
    """Return the reason of a failure; of an unforeseen one, only its type."""
    if isinstance(error, _EXPECTED):
        return str(error)
    return f"{command} failed: {type(error).__name__}"
