"""Admits only requests of the page itself, from this machine.

A browser lets any web page send forms to 127.0.0.1, and any web page's name may be pointed there
(DNS rebinding). The first has another Origin, the second another Host.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from chime_proxy_local.gateway import HttpRequest

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_FORM_TYPE = "application/x-www-form-urlencoded"
_MAX_BODY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Rejection:
    """The answer to a request that is not admitted."""

    status: HTTPStatus
    message: str


def rejection(request: HttpRequest) -> Rejection | None:
    """Return the reason to reject a request; None to answer it."""
    host = request.headers.get("host", "")
    if not _LOOPBACK.fullmatch(host):
        msg = "This page is for this machine only: address it as 127.0.0.1 or localhost."
        return Rejection(HTTPStatus.MISDIRECTED_REQUEST, msg)
    return _post_rejection(request, host) if request.method == "POST" else None


def _post_rejection(request: HttpRequest, host: str) -> Rejection | None:
    if request.headers.get("origin") != f"http://{host}":
        msg = "This form was not sent by the page itself."
        return Rejection(HTTPStatus.FORBIDDEN, msg)
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM_TYPE:
        msg = f"A form must be sent as {_FORM_TYPE}."
        return Rejection(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
    if len(request.body) > _MAX_BODY_BYTES:
        msg = f"A form may have at most {_MAX_BODY_BYTES} bytes."
        return Rejection(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, msg)
    return None
