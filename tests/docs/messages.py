"""The messages in the source of a package, for the pages that explain them."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

VARYING = "…"
"""Stands for a part of a message that is another one each time."""

_PUNCTUATION = " .,:;()[]"


def messages(paths: Iterable[Path]) -> set[str]:
    """Return the messages that modules raise, yield or keep, such as `ExpiryMinutes must be …`."""
    return {
        text
        for path in paths
        for text in _messages(ast.parse(path.read_text(encoding="utf-8")))
        if " " in text.strip(VARYING + " ")
    }


def lasting_parts(message: str) -> list[str]:
    """Return the parts of a message that are the same each time, such as `must be one of`."""
    parts = (part.strip(_PUNCTUATION) for part in message.split(VARYING))
    return [part for part in parts if part]


def subclass_names(error: type[Exception]) -> set[str]:
    """Return the names of the classes that are derived from an error."""
    below = [subclass_names(one) for one in error.__subclasses__()]
    return {one.__name__ for one in error.__subclasses__()}.union(*below)


def _messages(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        for expression in _expressions(node):
            yield from _texts(expression)


def _expressions(node: ast.AST) -> Iterable[ast.expr]:
    match node:
        case ast.Assign(targets=[ast.Name("msg" | "too_long")], value=value):
            return [value]
        case ast.Raise(exc=ast.Call(args=args)):
            return args
        case ast.Call(func=ast.Name(name), args=args) if name.endswith(("Error", "InvalidRequest")):
            return args
        case (
            ast.Yield(value=ast.expr() as value) | ast.YieldFrom(value=ast.GeneratorExp(elt=value))
        ):
            return [value]
    return []


def _texts(expression: ast.expr) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else VARYING for one in values
            )
