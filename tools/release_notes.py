"""Prints the changelog's section of a release: `python -m tools.release_notes v0.2.0`."""

import re
import sys
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")


def notes(tag: str, root: Path) -> str:
    """Return the section of a tag's version, with links to the checkout's pages as plain words.

    Args:
        tag: such as `v0.2.0`.
        root: the checkout.

    Raises:
        ValueError: the tag is not the version of pyproject.toml, or its section has no date.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    if tag != f"v{version}":
        msg = f"the tag is {tag}, the version in pyproject.toml {version}: they must be the same"
        raise ValueError(msg)
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    head = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n"
    section = re.search(rf"{head}(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    if not section:
        msg = (
            f"CHANGELOG.md has no heading `## {version} - YYYY-MM-DD`: write the day of the release"
        )
        raise ValueError(msg)
    return _LINK.sub(r"\1", section[1]).strip() + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(sys.argv[1], _ROOT))
    except ValueError as error:
        sys.exit(str(error))
