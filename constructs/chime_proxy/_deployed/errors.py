"""Errors of reading deployed stacks."""


class StackNotReadError(Exception):
    """The stack or its template cannot be read."""
