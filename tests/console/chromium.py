"""The Chromium that the tests look at the page with."""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""
MISSING = (
    "There is no Chromium: the npm package has one for Linux on x86-64, "
    f"and PATH has none of {', '.join(NAMES)}"
)


@dataclass(frozen=True)
class Chromium:
    """A Chromium to start, and what it needs in its environment."""

    program: Path
    environment: dict[str, str | float | bool]

    @contextmanager
    def started(self) -> Iterator[Browser]:
        """Run it without a window."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=self.program,
                args=["--no-zygote", "--font-render-hinting=none"],
                env=self.environment,
            )
            try:
                yield browser
            finally:
                browser.close()


def find() -> Chromium | None:
    """The npm package's Chromium where it runs, else the one in PATH, else None."""
    if (platform.system(), platform.machine(), platform.libc_ver()[0]) == (
        "Linux",
        "x86_64",
        "glibc",
    ) and PACKAGE.exists():
        return _packaged()
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Chromium(Path(found), dict(os.environ)) if found else None


def _packaged() -> Chromium:
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = Path(sys.prefix) / "cache" / f"chromium-{version}"
    if not folder.exists():
        _unpack(folder)
    environment: dict[str, str | float | bool] = {
        "HOME": str(folder),
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(folder / "fonts" / "fonts.conf"),
    }
    return Chromium(folder / "chromium", environment)


def _unpack(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as unfinished:
        unpacked = Path(unfinished) / "chromium"
        unpacked.mkdir()
        subprocess.run(
            [f"{sysconfig.get_path('scripts')}/node", Path(__file__).with_name("unpack.mjs")],
            env={"PATH": os.defpath, "TMPDIR": str(unpacked)},
            check=True,
        )
        (unpacked / "fonts" / "fonts.conf").write_text(FONTS)
        unpacked.rename(folder)
