"""The operations of a service as methods and paths, by which IAM permits them."""

_SESSIONS = "proxy-sessions"
_SESSION = "proxy-sessions/*"
_CONFIGURATION = "programmable-numbers/proxy"

SESSION_OPERATIONS = (("*", _SESSIONS), ("*", _SESSION))
CONFIGURATION_OPERATIONS = (("*", _CONFIGURATION),)
READ_SESSION = (("GET", _SESSION),)
READ_SESSIONS = (("GET", _SESSIONS), ("GET", _SESSION))
