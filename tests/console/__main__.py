"""`python -m tests.console`: take the documentation's pictures of the page again."""

import sys

from tests.console import chromium
from tests.console.scenes import SCENES, WIDE, staged

IMAGES = chromium.ROOT / "docs" / "images"


def main() -> None:
    """Write a PNG for each scene."""
    found = chromium.find()
    if found is None:
        sys.exit(chromium.MISSING)
    IMAGES.mkdir(exist_ok=True)
    with found.started() as browser:
        for scene in SCENES:
            with staged(scene, browser) as page:
                file = IMAGES / f"{scene.name}.png"
                page.screenshot(path=file, full_page=scene.width == WIDE)
            print(f"{file.relative_to(chromium.ROOT)}  {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
