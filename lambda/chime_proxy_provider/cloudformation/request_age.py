"""The age of an event, by the signature in its ResponseURL.

CloudFormation signs the address when it sends the event. After a crash or a time-out, Lambda waits
a minute before it delivers the event again. So a younger signature proves that no earlier delivery
failed.
Source: "Error handling for asynchronous invocation" in the Lambda developer guide.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

# Half of Lambda's minute: clocks differ, and the signature is older than the delivery.
_FRESH = timedelta(seconds=30)
_AMZ_DATE = "%Y%m%dT%H%M%SZ"


def signing_time(response_url: str) -> datetime | None:
    """The time of the signature; None without one."""
    dates = parse_qs(urlsplit(response_url).query).get("X-Amz-Date", [])
    try:
        return datetime.strptime(dates[0], _AMZ_DATE).replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def is_fresh(response_url: str, now: datetime) -> bool:
    """True if the address was certainly signed less than half a minute before `now`."""
    signed = signing_time(response_url)
    return signed is not None and abs(now - signed) < _FRESH


def is_stale(response_url: str, now: datetime, patience: timedelta) -> bool:
    """True if CloudFormation has stopped waiting for the answer."""
    signed = signing_time(response_url)
    return signed is not None and now - signed > patience
