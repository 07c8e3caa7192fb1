"""Writes docs/scale.md: `python -m tools.scale`."""

from pathlib import Path

from tools.scale.page import page

if __name__ == "__main__":
    target = Path(__file__).parents[2] / "docs" / "scale.md"
    target.write_text(page(), encoding="utf-8")
