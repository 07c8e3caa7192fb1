"""The environment variables that the function obeys.

An Aspect may set variables on every function of an app: a log level, a profile, a retry mode. The
handler removes those of Powertools and botocore that are not listed here, before it imports either.
So none of them changes an answer or stops the function.
"""

from collections.abc import Iterable

_LIBRARIES = ("AWS_", "POWERTOOLS_")
_OTHERS = frozenset({"LOG_LEVEL", "SSLKEYLOGFILE"})
_OBEYED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_",  # credentials with SnapStart
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_XRAY_",
)


def foreign(names: Iterable[str]) -> frozenset[str]:
    """The names of the libraries' variables that are not obeyed.

    Example: `foreign(["AWS_REGION", "AWS_PROFILE", "LOG_LEVEL", "PATH"])` is
    `{"AWS_PROFILE", "LOG_LEVEL"}`.
    """
    settings = (name for name in names if name.startswith(_LIBRARIES) or name in _OTHERS)
    return frozenset(name for name in settings if not name.startswith(_OBEYED))
