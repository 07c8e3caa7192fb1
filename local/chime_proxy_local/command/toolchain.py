"""Checks the packages and tools that a cloud needs."""

import re
import shutil
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version

from chime_proxy_local.error import LocalCloudError

_LIBRARY = "cdk-chime-proxy"
_OF_LOCAL = re.compile(r"(?P<name>[\w.-]+).*;.*\bextra == ['\"]local['\"]")
_PIN = re.compile(r"==(?P<version>[\w.]+)\s*;")
_INSTALL = f"`pip install '{_LIBRARY}[local]'` installs it."
_TOOLS = {
    "node": "Install Node from https://nodejs.org.",
    "cdk": "`npm install aws-cdk` in this folder installs it.",
}


def local_packages(requirements: Iterable[str] | None = None) -> dict[str, str | None]:
    """Return the packages of the extra `local`, with the version if it is pinned.

    Args:
        requirements: as in a package's metadata. Default: the library's own.
    """
    declared = (requires(_LIBRARY) or []) if requirements is None else requirements
    return {
        found["name"]: pin["version"] if (pin := _PIN.search(requirement)) else None
        for requirement in declared
        if (found := _OF_LOCAL.match(requirement))
    }


def check_packages(requirements: Iterable[str] | None = None) -> None:
    """Check that the packages of the extra `local` are installed, pinned ones in that version.

    Args:
        requirements: as in a package's metadata. Default: the library's own.

    Raises:
        LocalCloudError: a package is missing or has another version; the message has the remedy.
    """
    for name, pin in local_packages(requirements).items():
        try:
            installed = version(name)
        except PackageNotFoundError as error:
            msg = f"The local cloud needs {name}, which is not installed. {_INSTALL}"
            raise LocalCloudError(msg) from error
        if pin and pin != installed:
            msg = f"{name} is {installed}, but has to be {pin}. {_INSTALL}"
            raise LocalCloudError(msg)


def check_tools(search_path: str) -> None:
    """Check that `node` and `cdk` are installed.

    Args:
        search_path: the folders of commands, as in PATH.

    Raises:
        LocalCloudError: one is missing; the message has the remedy.
    """
    for tool, remedy in _TOOLS.items():
        if shutil.which(tool, path=search_path) is None:
            msg = f"The command `{tool}` is not in {search_path}. {remedy}"
            raise LocalCloudError(msg)
