"""Derives a session's name and its idempotency key from the resource and the request.

CreateProxySession has no client token in AWS's model, and its response may be lost. So a session
without a name of the user's own gets one of 30 hexadecimal digits, the API's maximum: 16 for the
resource, 14 for the request. A service that knows idempotency keys needs no name.
"""

from hashlib import sha256

from chime_proxy_provider.cloudformation.event import ReturnAddress

_RESOURCE_DIGITS = 16
_REQUEST_DIGITS = 14


def resource_prefix(address: ReturnAddress) -> str:
    """Prefix of the name of every session this resource has created."""
    return _digest(f"{address.stack_id}|{address.logical_resource_id}")[:_RESOURCE_DIGITS]


def session_name(address: ReturnAddress, request_id: str = "") -> str:
    """The name of the session of a request, the same for every delivery of the request.

    Args:
        address: the address of any request of the resource.
        request_id: the request that creates the session. Default: that of the address.
    """
    digits = _digest(request_id or address.request_id)
    return resource_prefix(address) + digits[:_REQUEST_DIGITS]


def idempotency_key(address: ReturnAddress) -> str:
    """The key of a request's creation, the same for every delivery of the request."""
    return _digest(f"{address.stack_id}|{address.logical_resource_id}|{address.request_id}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
