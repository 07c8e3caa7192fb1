"""The page's answers, in payload format 2.0.

A browser loads only the page's own style sheet and icon, runs no script, frames nothing and stores
nothing.
"""

from http import HTTPStatus
from typing import Any

Reply = dict[str, Any]

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Without any referrer a browser would send forms with no Origin that could be checked.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


def document(body: str, media_type: str = "text/html", status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """Answer with a document."""
    headers = {**_HEADERS, "content-type": f"{media_type}; charset=utf-8"}
    return {"statusCode": int(status), "headers": headers, "body": body}


def notice(status: HTTPStatus, message: str, **headers: str) -> Reply:
    """Answer with a sentence."""
    reply = document(f"{message}\n", "text/plain", status)
    reply["headers"] |= headers
    return reply


def see_other(address: str) -> Reply:
    """Send the browser to another address by GET."""
    return notice(HTTPStatus.SEE_OTHER, "Done.", location=address)
