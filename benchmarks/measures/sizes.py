"""Measures the templates, resources and assets of each approach."""

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.peers.approach import NAMES
from benchmarks.peers.cloud import zipped
from benchmarks.peers.workshop import Workshop, assets, templates

_FEW, _MANY = 1, 11


def measure(workshop: Workshop) -> dict[str, dict[str, Any]]:
    """Compare a stack of many sessions with a stack of few."""
    return {
        name: compare(
            (_FEW, workshop.synthesize(name, _FEW)), (_MANY, workshop.synthesize(name, _MANY))
        )
        for name in NAMES
    }


def compare(few: tuple[int, Path], many: tuple[int, Path]) -> dict[str, Any]:
    """Return what each session adds to a stack, and what a stack has once.

    Args:
        few: a number of sessions, and the assembly of a stack that has them.
        many: the same for more.
    """
    (fewer, small), (_, large) = few, many
    more = many[0] - fewer
    first, all_types = _types(small), _types(large)
    added = {kind: (all_types[kind] - first[kind]) / more for kind in all_types}
    fixed = {kind: first[kind] - added[kind] * fewer for kind in first}
    return {
        "template_bytes_per_session": (_template_bytes(large) - _template_bytes(small)) // more,
        "asset_bytes": sum(zipped(folder).stat().st_size for folder in assets(small).values()),
        "resources_per_session": _present(added),
        "resources_per_stack": _present(fixed),
    }


def _types(assembly: Path) -> Counter[str]:
    (template,) = templates(assembly).values()
    types = (resource["Type"] for resource in template["Resources"].values())
    return Counter("Custom" if kind.startswith("Custom::") else kind for kind in types)


def _template_bytes(assembly: Path) -> int:
    return sum(path.stat().st_size for path in assembly.glob("*.template.json"))


def _present(numbers: dict[str, float]) -> dict[str, float]:
    return {kind: number for kind, number in sorted(numbers.items()) if number}
