"""Values unknown at synthesis."""

from aws_cdk import Token

_DUMMY = "dummy-value-for-"


def is_deferred(value: str) -> bool:
    """Return True for a token, CDK's dummy of a lookup or a dynamic reference to a parameter."""
    return Token.is_unresolved(value) or is_dummy(value) or value.startswith("{{resolve:ssm:")


def is_dummy(value: str) -> bool:
    """Return True for CDK's value of a lookup until the CLI has looked it up."""
    return value.startswith(_DUMMY)
