"""Writes the types of signatures with public names only."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import griffe

_SOURCES = Path(__file__).parents[2] / "constructs"
_NAME = re.compile(r"\b[A-Z]\w+\b")


@cache
def package() -> Any:
    """The library's code, parsed and not imported."""
    return griffe.load(
        "chime_proxy",
        search_paths=[_SOURCES],
        docstring_parser="google",
        # The options of a provider are described by name, and taken as `**options`.
        docstring_options={"warn_unknown_params": False, "warn_missing_types": False},
        allow_inspection=False,
    )


def public_classes() -> list[griffe.Class]:
    """The classes that `chime_proxy` exports, in the order of its `__all__`."""
    return [target(package()[name]) for name in package().exports]


def target(item: Any) -> Any:
    """Return a class, function or attribute where it is defined."""
    return item.final_target if item.is_alias else item


def public_type(item: Any, annotation: Any) -> str:
    """Return an annotation with private names replaced by public ones.

    Args:
        item: the class, function or attribute that has it.
        annotation: the annotation.
    """
    text = _NAME.sub(lambda match: _public(item, match[0]), str(annotation).strip("'\""))
    return text.removesuffix(" | None")


def unpacked(item: Any) -> dict[str, Any]:
    """The types of what a signature takes as `**options: Unpack[…]`."""
    for parameter in item.parameters:
        match = re.fullmatch(r"Unpack\[(\w+)\]", str(parameter.annotation))
        if match:
            options = target(package()[_path(item, match[1])])
            return {name: one.annotation for name, one in options.all_members.items()}
    return {}


def _public(item: Any, name: str) -> str:
    """Write out a type alias; name a private class by its public subclasses."""
    try:
        found = target(package()[_path(item, name)])
    except (griffe.NameResolutionError, KeyError):
        return name
    if found.is_attribute:
        return _NAME.sub(lambda match: _public(found, match[0]), str(found.value).strip("'\""))
    heirs = [one.name for one in public_classes() if found.name in map(str, one.bases)]
    return name if found.name in package().exports or not heirs else " | ".join(heirs)


def _path(item: Any, name: str) -> str:
    """Return the path in the package of a name that a class or function uses."""
    return str(item.resolve(name)).removeprefix("chime_proxy.")
