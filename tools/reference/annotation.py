"""Types in signatures, in the words of those who can only import what is public."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import griffe

_SOURCES = Path(__file__).parents[2] / "constructs"
_NAME = re.compile(r"\b[A-Z]\w+\b")


@cache
def package() -> Any:
    """The library, read and not imported."""
    return griffe.load(
        "chime_proxy",
        search_paths=[_SOURCES],
        docstring_parser="google",
        # The options of a provider are described by name, and taken as `**options`.
        docstring_options={"warn_unknown_params": False, "warn_missing_types": False},
        allow_inspection=False,
    )


def public_classes() -> list[griffe.Class]:
    """What `chime_proxy` exports, in the order of its `__all__`."""
    return [target(package()[name]) for name in package().exports]


def target(item: Any) -> Any:
    """A class, function or attribute where it is defined."""
    return item.final_target if item.is_alias else item


def public_type(item: Any, annotation: Any) -> str:
    """An annotation, with names that are the library's own put in public terms.

    Args:
        item: the class, function or attribute that has it.
        annotation: what stands there.
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
    """A type alias written out; a private class as its public heirs."""
    try:
        found = target(package()[_path(item, name)])
    except (griffe.NameResolutionError, KeyError):
        return name
    if found.is_attribute:
        return _NAME.sub(lambda match: _public(found, match[0]), str(found.value))
    heirs = [one.name for one in public_classes() if found.name in map(str, one.bases)]
    return name if found.name in package().exports or not heirs else " | ".join(heirs)


def _path(item: Any, name: str) -> str:
    """Where in the package a name leads that is used in a class or function."""
    return str(item.resolve(name)).removeprefix("chime_proxy.")
