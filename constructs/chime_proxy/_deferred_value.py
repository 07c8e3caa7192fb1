"""Values not known at synthesis: tokens, lookups and dynamic references."""

import json
import re
from collections.abc import Iterator

from aws_cdk import (
    CfnDynamicReference,
    CfnDynamicReferenceService,
    Reference,
    SecretValue,
    Stack,
    Token,
    Tokenization,
)
from constructs import Construct

# Most texts have no token, and every call to CDK costs time.
_ENCODED = "{Token["
# CDK's stand-in for a lookup until the CLI has made it.
_LOOKUP = "dummy-value-for-"
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):[^{}]+\}\}")
_PARAMETER = re.compile(r"\{\{resolve:ssm:([^{}]+)\}\}")
_SECRET = re.compile(r"\{\{resolve:(?:ssm-secure|secretsmanager):")


def is_token(value: object) -> bool:
    """Tell a token from other values; in a text, number or list it may be encoded."""
    if isinstance(value, str):
        # The one text in the list of a list token is no token by itself.
        return _ENCODED in value and (Token.is_unresolved(value) or Token.is_unresolved([value]))
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value) and Token.is_unresolved(value)
    # Other objects than jsii's make `Token.is_unresolved` raise an error of its own.
    is_known = isinstance(value, int | float) or hasattr(value, "__jsii_ref__")
    return (is_known or hasattr(value, "__jsii_ifaces__")) and Token.is_unresolved(value)


def is_deferred(value: object) -> bool:
    """Tell a value that cannot be checked at synthesis from a literal one."""
    if isinstance(value, list):
        # The dummy of a list is split into a list of another length.
        return is_token(value) or any(isinstance(one, str) and _LOOKUP in one for one in value)
    if isinstance(value, str) and (_LOOKUP in value or _DYNAMIC_REFERENCE.search(value)):
        return True
    return is_token(value)


def is_lookup_dummy(value: str) -> bool:
    """Tell CDK's stand-in for a lookup from other texts."""
    return value.startswith(_LOOKUP)


def is_secret(scope: Construct, value: object) -> bool:
    """Find a secret or secure parameter in a text or token, by its dynamic reference."""
    if isinstance(value, str):
        return bool(_SECRET.search(value)) or any(
            _resolves_to_secret(scope, token) for token in _tokens(value)
        )
    return is_token(value) and _resolves_to_secret(scope, value)


def parameter_token(text: str) -> str:
    """Encode the dynamic reference of a plain parameter as a token; leave other texts alone."""
    parameter = _PARAMETER.fullmatch(text)
    if parameter is None:
        return text
    return CfnDynamicReference(CfnDynamicReferenceService.SSM, parameter[1]).to_string()


def _tokens(text: str) -> Iterator[object]:
    if _ENCODED not in text:
        return
    if Token.is_unresolved(text):
        yield from Tokenization.reverse_string(text).tokens
    elif Token.is_unresolved([text]):
        yield Tokenization.reverse_list([text])


def _resolves_to_secret(scope: Construct, token: object) -> bool:
    if isinstance(token, SecretValue | Reference):
        return isinstance(token, SecretValue)
    try:
        resolved = Stack.of(scope).resolve(token)
    except RuntimeError:
        # Some tokens have a value only after the whole app is constructed.
        return False
    return bool(_SECRET.search(json.dumps(resolved)))
