"""Draws the packages' imports: `python docs/module_graph.py` renews the pictures of architecture.md."""

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


def _arrows(package: str) -> Iterator[tuple[str, str]]:
    for path in (_ROOT / "lambda" / package).glob("*.py"):
        imported = set(_imported(package, path)) - _EVERYWHERE
        yield from ((path.stem, name) for name in imported if path.stem not in _EVERYWHERE)


def _imported(package: str, path: Path) -> Iterator[str]:
    """The package's modules that one of them needs to run: those for types alone are left out."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{package}."):
            yield str(node.module).rpartition(".")[2]


if __name__ == "__main__":
    main()
