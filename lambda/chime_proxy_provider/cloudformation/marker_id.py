"""Physical ids of failed Creates.

CloudFormation wants a physical id on every answer, and deletes by it after a failure. A Create that
failed has no session yet, so a marker stands in.
"""

_NOTHING_CREATED = "create-failed/"
_PERHAPS_CREATED = "create-interrupted/"


def nothing_created(request_id: str) -> str:
    """The id of a Create that failed and left nothing: its Delete needs no call."""
    return f"{_NOTHING_CREATED}{request_id}"


def perhaps_created(request_id: str) -> str:
    """The id of a Create with an unknown end: its Delete looks for what it made."""
    return f"{_PERHAPS_CREATED}{request_id}"


def interrupted_request(physical_id: str) -> str:
    """The id of the Create that ended unknown; empty for any other physical id."""
    marker, _, request_id = physical_id.partition("/")
    return request_id if f"{marker}/" == _PERHAPS_CREATED else ""


def says_nothing_created(physical_id: str) -> bool:
    """Whether the id is the marker of a Create that left nothing."""
    return physical_id.startswith(_NOTHING_CREATED)
