"""Write docs/reference.md from the schemas and the docstrings: `python -m docs.reference`."""

from pathlib import Path

from docs.reference.page import page

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "reference.md"
    target.write_text(page(), encoding="utf-8")
