"""The name that finds a session again when the answer to its Create was lost.

CreateProxySession has no client token, so a session that the user did not name carries one in
its name: 16 hexadecimal digits for the resource and 14 for the request, 30 characters in all,
the most that the API takes.
"""

from hashlib import sha256

from chime_proxy_provider.cloudformation.event import ReturnAddress

_RESOURCE_DIGITS = 16
_REQUEST_DIGITS = 14


def resource_prefix(address: ReturnAddress) -> str:
    """What the names of all sessions begin with that this resource ever created."""
    return _digest(f"{address.stack_id}|{address.logical_resource_id}")[:_RESOURCE_DIGITS]


def session_name(address: ReturnAddress, request_id: str = "") -> str:
    """The name of the one session that a request creates, however often it is delivered.

    Args:
        address: that of a request of the resource.
        request_id: which of the resource's requests is meant. Default: this one.
    """
    digits = _digest(request_id or address.request_id)
    return resource_prefix(address) + digits[:_REQUEST_DIGITS]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
