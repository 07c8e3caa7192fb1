"""Whether an event is certainly delivered for the first time, told by its ResponseURL.

CloudFormation signs the address when it sends the event, and Lambda delivers an event again
one minute after a crash or a time-out at the earliest. A signature younger than that is proof
that no earlier delivery has failed.
Source: "Error handling for asynchronous invocation" in the Lambda developer guide.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

# Half of Lambda's minute: clocks differ, and the signature is older than the delivery.
_FRESH = timedelta(seconds=30)
_AMZ_DATE = "%Y%m%dT%H%M%SZ"


def is_fresh(response_url: str, now: datetime) -> bool:
    """Whether the address was signed less than half a minute before `now`."""
    signed = _signing_time(response_url)
    return signed is not None and abs(now - signed) < _FRESH


def _signing_time(url: str) -> datetime | None:
    dates = parse_qs(urlsplit(url).query).get("X-Amz-Date", [])
    try:
        return datetime.strptime(dates[0], _AMZ_DATE).replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None
