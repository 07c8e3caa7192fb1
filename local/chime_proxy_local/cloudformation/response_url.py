"""The address for a provider's answer."""

import secrets
from datetime import datetime
from urllib.parse import urlencode

_VALID_SECONDS = 7200


def presigned_query(now: datetime, region: str) -> str:
    """Return a query string shaped like that of a presigned S3 URL.

    Args:
        now: the time of signing, in UTC.
        region: the stack's.
    """
    scope = f"ASIA{secrets.token_hex(8).upper()}/{now:%Y%m%d}/{region}/s3/aws4_request"
    return urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}",
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": _VALID_SECONDS,
            "X-Amz-Credential": scope,
            "X-Amz-Signature": secrets.token_hex(32),
        },
    )
