"""Builds the site: `python -m tools.website` writes it to site/html, and fails at a dead link."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_SITE = _ROOT / "site"
_OF_THE_ROOT = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",  # docs has a security.md
}
_CONFIGURATION = Path(__file__).with_name("zensical.toml")
_STYLE = Path(__file__).with_name("site.css")
_MERMAID = _ROOT / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
# The README's pictures are in docs/, and all lie beside the pages of the site.
_PICTURE = re.compile(r"(?<=\]\()docs/(?=[\w/-]+\.(?:png|svg)\))")
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\((?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)")
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_MARK = re.compile(r"^(```\w+) \w+$", re.MULTILINE)
_DIAGRAM = re.compile(r'<pre class="mermaid">.*?</pre>', re.DOTALL)
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# As many characters as fit on a line of the narrowest column of sentences.
_SHORT = 24


def main() -> int:
    """Lay the pages out and build them."""
    shutil.rmtree(_SITE, ignore_errors=True)
    stage(_ROOT, _SITE)
    return build(_SITE)


def build(site: Path) -> int:
    """Build a site that is laid out. The exit code is 0 if it has no dead links."""
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=site, check=False)  # noqa: S603 - our own words
    for page in site.glob("html/**/*.html"):
        page.write_text(_marked(page.read_text(encoding="utf-8")), encoding="utf-8")
    return done.returncode


def stage(root: Path, site: Path) -> None:
    """Lay out the pages of a checkout, with the README as the first.

    Args:
        root: the checkout.
        site: a folder that does not exist yet.

    Raises:
        FileNotFoundError: names every link to a file that is not there.
        ValueError: names the pages that are in the navigation or in docs, but not in both.
    """
    sources = {root / name: page for name, page in _OF_THE_ROOT.items()}
    sources |= {path: path.name for path in sorted((root / "docs").glob("*.md"))}
    _check(sources, _CONFIGURATION)
    pages = site / "pages"
    pages.mkdir(parents=True)
    for path, name in sources.items():
        text = path.read_text(encoding="utf-8")
        (pages / name).write_text(_adapted(text, path.parent, sources), encoding="utf-8")
    for picture in _pictures(root / "docs"):
        (pages / picture).parent.mkdir(exist_ok=True)
        shutil.copy(root / "docs" / picture, pages / picture)
    for file in (_MERMAID, _STYLE):
        shutil.copy(file, pages)
    shutil.copy(_CONFIGURATION, site)


def dead_links(page: Path) -> list[str]:
    """Return a page's links to files and folders that do not exist."""
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    return [target for _, target, _ in links if not (page.parent / target).exists()]


def _marked(page: str) -> str:
    """Mark for site.css the cells with sentences and the diagrams: they scroll and stay legible."""

    def cell(match: re.Match[str]) -> str:
        words = _TAG.sub("", _CODE.sub("", match[1]))
        is_long = len(words) > _SHORT
        return match[0].replace("<td", '<td class="sentence"', 1) if is_long else match[0]

    return _DIAGRAM.sub(r'<div class="diagram">\g<0></div>', _CELL.sub(cell, page))


def _pictures(folder: Path) -> Iterator[Path]:
    for kind in ("png", "svg"):
        yield from (path.relative_to(folder) for path in folder.rglob(f"*.{kind}"))


def _check(sources: dict[Path, str], configuration: Path) -> None:
    dead = [f"{path.name}: {link}" for path in sources for link in dead_links(path)]
    if dead:
        msg = f"links to files that are not there: {', '.join(dead)}"
        raise FileNotFoundError(msg)
    navigation = tomllib.loads(configuration.read_text(encoding="utf-8"))["project"]["nav"]
    # Zensical leaves out a page that is not there, and one that nothing leads to.
    lost = set(_pages(navigation)) ^ set(sources.values())
    if lost:
        msg = f"pages that are in the navigation or in docs, but not in both: {', '.join(sorted(lost))}"
        raise ValueError(msg)


def _pages(navigation: list[dict[str, Any]]) -> Iterator[str]:
    for entry in navigation:
        for item in entry.values():
            yield from [item] if isinstance(item, str) else _pages(item)


def _adapted(text: str, folder: Path, sources: dict[Path, str]) -> str:
    """Return a page as the site takes it.

    Links lead to other pages; a link to anything else becomes its text. A code block has no mark
    beside its language: the site would take such a block for text, and all that follows for code.
    """

    def link(match: re.Match[str]) -> str:
        words, target, anchor = match.groups()
        name = sources.get((folder / target).resolve())
        return f"[{words}]({name}{anchor or ''})" if name else words

    return _PICTURE.sub("", _LINK.sub(link, _MARK.sub(r"\1", text)))


if __name__ == "__main__":
    sys.exit(main())
