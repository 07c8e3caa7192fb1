"""Physical ids of failed Creates.

CloudFormation wants a physical id on every answer, and deletes by it after a failure. A Create that
failed has no session yet, so a marker stands in.
"""

_NOTHING_CREATED = "create-failed/"
_PERHAPS_CREATED = "create-interrupted/"


def nothing_created(request_id: str) -> str:
    """The id of a Create that failed and created nothing: its Delete makes no call."""
    return f"{_NOTHING_CREATED}{request_id}"


def perhaps_created(request_id: str) -> str:
    """The id of a Create that may have created a resource: its Delete looks for it."""
    return f"{_PERHAPS_CREATED}{request_id}"


def interrupted_request(physical_id: str) -> str:
    """The request id in a marker made by `perhaps_created`; empty for any other physical id."""
    marker, _, request_id = physical_id.partition("/")
    return request_id if f"{marker}/" == _PERHAPS_CREATED else ""


def says_nothing_created(physical_id: str) -> bool:
    """True for a marker made by `nothing_created`."""
    return physical_id.startswith(_NOTHING_CREATED)
