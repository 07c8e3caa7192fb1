"""The operations of a service as methods and paths, by which IAM permits them."""

from collections.abc import Sequence

from aws_cdk import aws_iam

INVOKE = "execute-api:Invoke"

_SESSIONS = "proxy-sessions"
_SESSION = "proxy-sessions/*"
_CONFIGURATION = "programmable-numbers/proxy"

SESSION_OPERATIONS = (("*", _SESSIONS), ("*", _SESSION))
CONFIGURATION_OPERATIONS = (("*", _CONFIGURATION),)
READ_SESSION = (("GET", _SESSION),)
READ_SESSIONS = (("GET", _SESSIONS), ("GET", _SESSION))


def grant_operations(grantee: aws_iam.IGrantable, arns: Sequence[str]) -> aws_iam.Grant:
    """Permit operations by their ARNs."""
    return aws_iam.Grant.add_to_principal(
        grantee=grantee, actions=[INVOKE], resource_arns=list(arns)
    )
