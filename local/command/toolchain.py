"""What has to be installed before a cloud can be started."""

import re
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from local.error import LocalCloudError

_TOOLS = ("node", "cdk")
_SET_UP = "Remove .venv and node_modules, and run `make local`, which installs everything anew."


def check_toolchain(requirements: Path, search_path: str) -> None:
    """Check that everything which is driven here is installed.

    Args:
        requirements: the file that pins ministack.
        search_path: where commands are looked for, like PATH.

    Raises:
        LocalCloudError: something is missing, or is not of the pinned version.
    """
    for tool in _TOOLS:
        if shutil.which(tool, path=search_path) is None:
            message = f"The command `{tool}` is not in {search_path}. {_SET_UP}"
            raise LocalCloudError(message)
    pin = re.search(r"^ministack==(\S+)$", requirements.read_text(), re.MULTILINE)
    installed = _installed_version("ministack")
    if pin is None or pin[1] != installed:
        wanted = pin[1] if pin else "a pinned version"
        message = f"ministack is {installed}, but has to be {wanted}. {_SET_UP}"
        raise LocalCloudError(message)


def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
