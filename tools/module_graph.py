"""Draws the packages' imports: `python tools/module_graph.py` renews the pictures of architecture.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs" / "architecture.md"
_PICTURE = re.compile(r"(<!-- modules: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
# What nearly every module imports would hide the rest.
_EVERYWHERE = frozenset({"errors", "session", "configuration"})


def main() -> None:
    """Write the pictures."""
    _PAGE.write_text(drawn(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def drawn(page: str) -> str:
    """A page with its pictures as the code is now."""
    return _PICTURE.sub(lambda match: f"{match[1]}{_picture(match[2])}\n{match[3]}", page)


def _picture(package: str) -> str:
    lines = [f"    {module} --> {imported}" for module, imported in sorted(_arrows(package))]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def _arrows(package: str) -> set[tuple[str, str]]:
    """The rooms that import each other; a module beside the rooms counts as one."""
    folder = _ROOT / "lambda" / package
    arrows = {
        (room, imported)
        for path in folder.rglob("*.py")
        for imported in _imported(package, path)
        if (room := _room(path.relative_to(folder))) != imported
    }
    return {arrow for arrow in arrows if not _EVERYWHERE.intersection(arrow)}


def _room(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def _imported(package: str, path: Path) -> Iterator[str]:
    """The package's modules that one of them needs to run: those for types alone are left out."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{package}."):
            yield str(node.module).split(".")[1]


if __name__ == "__main__":
    main()
