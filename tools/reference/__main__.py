"""Write docs/reference.md from the schemas and the docstrings: `python -m tools.reference`."""

from pathlib import Path

from tools.reference.page import page

if __name__ == "__main__":
    target = Path(__file__).parents[2] / "docs" / "reference.md"
    target.write_text(page(), encoding="utf-8")
