"""The Python environment of functions: the contents of Lambda's runtime and nothing else.

With ministack's own Python a function could import every development package, and a package missing
in its zip would go unnoticed.
"""

import re
import shutil
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path


def create_runtime(folder: Path) -> Path:
    """Create an environment with the standard library and boto3, linked, not downloaded.

    Args:
        folder: where to; replaced if it exists.

    Returns:
        The environment's interpreter.
    """
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=False, symlinks=True)
    site_packages = next(folder.glob("lib/python3*/site-packages"))
    for package in _with_requirements("boto3"):
        for source in _top_level(package):
            (site_packages / source.name).symlink_to(source)
    return folder / "bin" / "python"


def _with_requirements(name: str) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    wanted = [name]
    while wanted:
        if (name := wanted.pop()) not in found:
            found[name] = distribution(name)
            wanted += _required_names(found[name])
    return list(found.values())


def _required_names(package: Distribution) -> Iterator[str]:
    for requirement in package.requires or []:
        name, _, marker = requirement.partition(";")
        if "extra ==" not in marker:
            yield re.split(r"[^\w.-]", name, maxsplit=1)[0]


def _top_level(package: Distribution) -> set[Path]:
    names = {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}
    return {Path(str(package.locate_file(name))) for name in names}
