"""The address of the API that a provider calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

URL_SETTING = "AWS_ENDPOINT_URL_CHIME_SDK_VOICE"
_SIGNING_SETTING = "API_SIGNING_NAME"
_API_GATEWAY = "execute-api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Address of an API, and how to sign for it.

    Args:
        url: empty for AWS's own.
        is_http_api: sign for API Gateway, in place of Chime.
    """

    url: str
    is_http_api: bool = False


def endpoint_at(url: str) -> Endpoint:
    """Return the endpoint of an address: an HTTP API is recognized by its name."""
    return Endpoint(url=url, is_http_api=_API_GATEWAY in url)


def endpoint_of(variables: Mapping[str, Any]) -> Endpoint | None:
    """Return the endpoint in a provider's environment variables; None if it is a reference."""
    url = variables.get(URL_SETTING, "")
    if not isinstance(url, str) or "{{resolve:" in url:
        return None
    is_http_api = variables.get(_SIGNING_SETTING) == _API_GATEWAY
    return Endpoint(url=url, is_http_api=is_http_api or endpoint_at(url).is_http_api)
