"""Values not known at synthesis: tokens, lookups and dynamic references."""

import json
import re
from contextlib import suppress
from functools import cache

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

from chime_proxy._stack import stack_of

# Most values are no tokens, and every question to CDK costs a call to Node. CDK encodes a token as
# `${Token[...]}` in a text, as `#{Token[...]}` in a list, and as a number near -1.9e289.
_ENCODED = "{Token["
_LEAST_ENCODED = 2**53
# CDK's stand-in for a lookup until the CLI has made it.
_LOOKUP = "dummy-value-for-"
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):[^{}]+\}\}")
_PARAMETER = re.compile(r"\{\{resolve:ssm:([^{}]+)\}\}")
_SECRET = re.compile(r"\{\{resolve:(?:ssm-secure|secretsmanager):")


def is_token(value: object) -> bool:
    """Tell a token from other values; in a text, number or list it may be encoded."""
    if isinstance(value, str):
        return _ENCODED in value and _is_text_token(value)
    if isinstance(value, list):
        # CDK encodes a list as a list of one text.
        return len(value) == 1 and isinstance(value[0], str) and Token.is_unresolved(value)
    if isinstance(value, int | float):
        return abs(value) >= _LEAST_ENCODED and Token.is_unresolved(value)
    # Other objects than jsii's make `Token.is_unresolved` raise an error of its own.
    is_known = hasattr(value, "__jsii_ref__") or hasattr(value, "__jsii_ifaces__")
    return is_known and Token.is_unresolved(value)


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
        return bool(_SECRET.search(value)) or _encodes_secret(scope, value)
    if is_token(value):
        with _not_yet_known():
            return _resolves_to_secret(stack_of(scope), value)
    return False


@cache
def parameter_token(text: str) -> str:
    """Encode the dynamic reference of a plain parameter as a token; leave other texts alone."""
    parameter = _PARAMETER.fullmatch(text)
    if parameter is None:
        return text
    return CfnDynamicReference(CfnDynamicReferenceService.SSM, parameter[1]).to_string()


# CDK never forgets a token, nor gives its text to another.
@cache
def _is_text_token(text: str) -> bool:
    # The one text in the list of a list token is no token by itself.
    return Token.is_unresolved(text) or Token.is_unresolved([text])


@cache
def _tokens(text: str) -> tuple[object, ...]:
    if Token.is_unresolved(text):
        return tuple(Tokenization.reverse_string(text).tokens)
    return (Tokenization.reverse_list([text]),) if Token.is_unresolved([text]) else ()


def _encodes_secret(scope: Construct, text: str) -> bool:
    if _ENCODED not in text:
        return False
    for place in range(len(_tokens(text))):
        with _not_yet_known():
            if _is_secret_at(stack_of(scope), text, place):
                return True
    return False


def _not_yet_known() -> suppress:
    # Some tokens have a value only after the whole app is constructed.
    return suppress(RuntimeError)


@cache
def _is_secret_at(stack: Stack, text: str, place: int) -> bool:
    return _resolves_to_secret(stack, _tokens(text)[place])


def _resolves_to_secret(stack: Stack, token: object) -> bool:
    if isinstance(token, SecretValue | Reference):
        return isinstance(token, SecretValue)
    return bool(_SECRET.search(json.dumps(stack.resolve(token))))
