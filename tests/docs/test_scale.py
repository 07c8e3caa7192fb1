from pathlib import Path

from tools.scale.page import page

ROOT = Path(__file__).parents[2]


def test_page_is_current() -> None:
    """The page has the figures that its script computes."""
    assert (ROOT / "docs" / "scale.md").read_text(encoding="utf-8") == page()
