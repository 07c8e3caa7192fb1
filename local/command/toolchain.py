"""Checks the tools that a cloud needs."""

import re
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from local.error import LocalCloudError

_TOOLS = ("node", "cdk")
_SET_UP = "Remove .venv and node_modules, and run `make local`, which installs everything anew."


def check_toolchain(requirements: Path, search_path: str) -> None:
    """Check that `node`, `cdk` and the pinned ministack are installed.

    Args:
        requirements: pins ministack.
        search_path: the folders of commands, as in PATH.

    Raises:
        LocalCloudError: something is missing, or is not of the pinned version.
    """
    for tool in _TOOLS:
        if shutil.which(tool, path=search_path) is None:
            msg = f"The command `{tool}` is not in {search_path}. {_SET_UP}"
            raise LocalCloudError(msg)
    pin = re.search(r"^ministack==(\S+)$", requirements.read_text(), re.MULTILINE)
    installed = _installed_version("ministack")
    if pin is None or pin[1] != installed:
        wanted = pin[1] if pin else "a pinned version"
        msg = f"ministack is {installed}, but has to be {wanted}. {_SET_UP}"
        raise LocalCloudError(msg)


def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
