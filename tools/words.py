"""Count the words of docstrings, and the test names of one word: `python -m tools.words`."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_RELATIVE = re.compile(r"\b(?:what|that|which|whether|whose)\b", re.IGNORECASE)
_QUESTION = re.compile(r"(?:What|Whether|How)\b")
_SHORT_TEST = re.compile(r"test_[^_]+")
_HEAD = ("folder", "docstrings", "words", "relative per 100", "What/Whether/How")

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> None:
    """Print a line for each folder with Python in it, and one for the tests."""
    rows = [_HEAD]
    for source in ("constructs", "lambda"):
        folders = [path for path in sorted((_ROOT / source).rglob("*")) if any(path.glob("*.py"))]
        rows += [_row(folder, _docstrings(folder.glob("*.py"))) for folder in folders]
        rows.append(_row(_ROOT / source, _docstrings((_ROOT / source).rglob("*.py"))))
    for folder, *figures in rows:
        sys.stdout.write(f"{folder:<50}{''.join(f'{figure:>18}' for figure in figures)}\n")
    names = list(_tests())
    short = [name for name in names if _SHORT_TEST.fullmatch(name)]
    share = _share(short, names)
    sys.stdout.write(f"\n{len(short)} of {len(names)} test names have one word: {share}\n")


def _row(folder: Path, docstrings: list[str]) -> tuple[str, str, str, str, str]:
    words = [word for text in docstrings for word in text.split()]
    relative = [match for text in docstrings for match in _RELATIVE.findall(text)]
    questions = [text for text in docstrings if _QUESTION.match(text)]
    return (
        str(folder.relative_to(_ROOT)),
        str(len(docstrings)),
        str(len(words)),
        f"{100 * len(relative) / max(len(words), 1):.1f}",
        _share(questions, docstrings),
    )


def _docstrings(paths: Iterator[Path]) -> list[str]:
    """Return the docstrings of modules, including the strings below attributes."""
    return [text for path in sorted(paths) for text in _strings(ast.parse(path.read_text("utf-8")))]


def _strings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            for statement in node.body:
                match statement:
                    case ast.Expr(ast.Constant(str(text))):
                        yield text.strip()


def _tests() -> Iterator[str]:
    for path in sorted((_ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


def _share(part: list[str], whole: list[str]) -> str:
    return f"{100 * len(part) / max(len(whole), 1):.1f} %"


if __name__ == "__main__":
    main()
