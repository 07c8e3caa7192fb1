import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.folders import ROOT
from tools.website.__main__ import build, stage


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the pages."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "docs", copy / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "LICENSE",
        "app.py",
    ):
        shutil.copy(ROOT / name, copy / name)
    for name in ("examples", "lambda"):
        (copy / name).symlink_to(ROOT / name)
    return copy


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "site"


class Balance(HTMLParser):
    """Whether what is opened is closed, in order."""

    EMPTY = frozenset({"br", "circle", "hr", "img", "input", "link", "meta", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        """Remember what is opened."""
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Compare with what was opened last."""
        if tag not in self.EMPTY and (not self.open or self.open.pop() != tag):
            self.faults.append(f"{self.getpos()}: {tag}")


def append(page: Path, text: str) -> None:
    """Write at the end of a page."""
    with page.open("a", encoding="utf-8") as file:
        file.write(text)


def test_site_is_whole_and_loads_nothing(checkout: Path, site: Path) -> None:
    """The site has every page, whole, with its pictures, and loads nothing from elsewhere."""
    stage(checkout, site)

    assert build(site) == 0
    names = {path.stem for path in (checkout / "docs").glob("*.md")} | {
        "CHANGELOG",
        "contributing",
        "reporting",
        ".",
    }
    pages = {name: (site / "html" / name / "index.html").read_text("utf-8") for name in names}
    assert 'class="mermaid"' in pages["architecture"]
    assert 'src="../dashboard.svg"' in pages["library"]
    assert 'src="masked-call.svg"' in pages["."]
    assert (site / "html" / "mermaid.tiny.js").exists()
    for text in pages.values():
        assert 'src="http' not in text
        assert '<link rel="stylesheet" href="http' not in text
        balance = Balance()
        balance.feed(text)
        # Zensical shortens long headings in its navigation, tags included.
        assert (balance.faults, balance.open) == ([], [])


@pytest.mark.parametrize(
    "link", ["[no such heading](service.md#no-such-heading)", "[nor here](#no-such-heading)"]
)
def test_missing_heading_fails_the_build(checkout: Path, site: Path, link: str) -> None:
    """A link to a heading that is not there fails the build."""
    append(checkout / "docs" / "privacy.md", f"\n{link}\n")
    stage(checkout, site)

    assert build(site) == 1


def test_missing_file_is_refused(checkout: Path, site: Path) -> None:
    """A link to a file that is not there is refused, with the page's name and the link."""
    append(checkout / "README.md", "\n[gone](local/gone.py)\n")

    with pytest.raises(FileNotFoundError, match=r"README\.md: local/gone\.py$"):
        stage(checkout, site)


def test_page_outside_the_navigation_is_refused(checkout: Path, site: Path) -> None:
    """A page that the navigation leaves out is refused, and one that it has and that is not there."""
    (checkout / "docs" / "privacy.md").rename(checkout / "docs" / "secrecy.md")
    for path in (checkout / "README.md", *(checkout / "docs").glob("*.md")):
        path.write_text(path.read_text("utf-8").replace("privacy.md", "secrecy.md"), "utf-8")

    with pytest.raises(ValueError, match=r"not in both: privacy\.md, secrecy\.md$"):
        stage(checkout, site)


def test_link_to_a_source_becomes_its_name(checkout: Path, site: Path) -> None:
    """What is no page is named on the site, and not linked to; pages are found where they lie there."""
    append(
        checkout / "docs" / "privacy.md", "\n[the app](../app.py), [begin](../README.md#limits)\n"
    )

    stage(checkout, site)

    text = (site / "pages" / "privacy.md").read_text("utf-8")
    assert text.endswith("\nthe app, [begin](index.md#limits)\n")
