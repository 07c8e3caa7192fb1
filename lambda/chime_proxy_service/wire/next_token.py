"""The opaque token that continues a list of sessions."""

import base64
import re

from chime_proxy_service.errors import BadRequestError
from chime_proxy_service.session import Position

_POSITION = re.compile(r"(\d{1,13})/(.{1,128})", re.ASCII | re.DOTALL)


def encode(position: Position) -> str:
    """Turn the position of a page's last session into a token."""
    created, session_id = position
    return base64.urlsafe_b64encode(f"{created}/{session_id}".encode()).decode()


def decode(token: str) -> Position:
    """Turn a token back into a position.

    Raises:
        BadRequestError: the token was not made by `encode`.
    """
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        text = ""
    found = _POSITION.fullmatch(text)
    if found is None:
        msg = "NextToken is not valid; call ListProxySessions again without it"
        raise BadRequestError(msg)
    return int(found[1]), found[2]
