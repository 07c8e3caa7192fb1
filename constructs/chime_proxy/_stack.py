"""Finds the stack of a construct."""

from functools import cache

from aws_cdk import Stack
from constructs import IConstruct


# A construct stays in its stack. jsii keeps every construct for good, and so may a cache.
@cache
def stack_of(construct: IConstruct) -> Stack:
    """Return the stack of a construct; only the first time asks Node."""
    return Stack.of(construct)
