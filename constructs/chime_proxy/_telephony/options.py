"""The options of all adapters. `chime_proxy_service.telephony` has the same; a test compares them."""

from aws_cdk import Duration

LANGUAGES = ("en-US", "es-US")
DEFAULT_CALL_LIMIT = Duration.hours(4)
_SHORTEST_CALL, _LONGEST_CALL = Duration.minutes(1), Duration.hours(12)


def check_language(language: str) -> None:
    """Refuse a language without announcements.

    Raises:
        ValueError: names the others.
    """
    if language not in LANGUAGES:
        msg = f"language must be one of {', '.join(LANGUAGES)}"
        raise ValueError(msg)


def check_call_limit(limit: Duration) -> None:
    """Refuse a call limit out of range.

    Raises:
        ValueError: the limit is not 1 minute to 12 hours.
    """
    if not _SHORTEST_CALL.to_seconds() <= limit.to_seconds() <= _LONGEST_CALL.to_seconds():
        msg = "call_limit must be 1 minute to 12 hours"
        raise ValueError(msg)
