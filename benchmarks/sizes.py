"""What each approach puts into a template and an asset."""

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.approach import NAMES
from benchmarks.cloud import zipped
from benchmarks.workshop import Workshop, assets, templates

_FEW, _MANY = 1, 11


def measure(workshop: Workshop) -> dict[str, dict[str, Any]]:
    """Compare a stack of many sessions with a stack of few."""
    return {name: _measure(workshop, name) for name in NAMES}


def _measure(workshop: Workshop, name: str) -> dict[str, Any]:
    few, many = (workshop.synthesize(name, sessions) for sessions in (_FEW, _MANY))
    more = _MANY - _FEW
    first, eleven = _types(few), _types(many)
    added = {kind: (eleven[kind] - first[kind]) / more for kind in eleven}
    fixed = {kind: float(round(first[kind] - added[kind] * _FEW)) for kind in first}
    return {
        "template_bytes_per_session": (_template_bytes(many) - _template_bytes(few)) // more,
        "asset_bytes": sum(zipped(folder).stat().st_size for folder in assets(few).values()),
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
