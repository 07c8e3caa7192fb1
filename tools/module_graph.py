"""Draws the packages' imports: `python tools/module_graph.py` renews the pictures of architecture.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs" / "architecture.md"
_PICTURE = re.compile(r"(<!-- modules: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
# Modules that nearly every other imports would hide the rest.
_EVERYWHERE = frozenset({"errors", "session", "configuration"})


def main() -> None:
    """Write the pictures."""
    _PAGE.write_text(drawn(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def drawn(page: str) -> str:
    """Return the page with its pictures drawn anew."""
    return _PICTURE.sub(lambda match: f"{match[1]}{_picture(match[2])}\n{match[3]}", page)


def _picture(package: str) -> str:
    lines = [f"    {module} --> {imported}" for module, imported in sorted(_arrows(package))]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def _arrows(package: str) -> set[tuple[str, str]]:
    """Return pairs of rooms where the first imports the second; a module beside the rooms is its own room."""
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
    """Return the modules that a module imports from its package, without those imported for types only."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{package}."):
            yield str(node.module).split(".")[1]


if __name__ == "__main__":
    main()
