"""Answers a request that failed for an unforeseen reason, and logs the place of the failure."""

import json
import sys
from collections.abc import Callable
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

from botocore.exceptions import ClientError

_MESSAGE = "The service failed; its log names the place"


def failures_answered(
    handle: Callable[[dict[str, Any]], dict[str, Any]], event: dict[str, Any]
) -> dict[str, Any]:
    """Return the answer to a request; after a failure, the API's ServiceFailureException."""
    try:
        return handle(event)
    except Exception as error:  # noqa: BLE001 - every request gets an answer
        request_id = event.get("requestContext", {}).get("requestId", "")
        log_failure(error, request_id)
        return {
            "statusCode": 500,
            "headers": {
                "Content-Type": "application/json",
                "x-amzn-ErrorType": "ServiceFailureException",
                "x-amzn-RequestId": request_id,
            },
            "body": json.dumps({"Code": "ServiceFailure", "Message": _MESSAGE}),
            "isBase64Encoded": False,
        }


def log_failure(error: Exception, request_id: str) -> None:
    """Log the error's type and place, not its text: that may hold a phone number."""
    line = {"level": "ERROR", "message": "request failed", "request_id": request_id}
    sys.stdout.write(json.dumps({**line, "error": _described(error)}) + "\n")


def _described(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    code = f" {error.response['Error'].get('Code')}" if isinstance(error, ClientError) else ""
    return f"{type(error).__name__}{code} at {PurePath(last.filename).stem}:{last.lineno}"
