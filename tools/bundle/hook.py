"""Builds the functions' code when hatchling builds or installs the package."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """Puts the zips into the wheel and the source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the zips that are missing or whose sources have changed."""
        # From a checkout, the first synthesis builds those that it needs.
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from tools.bundle.build import ensure_all  # noqa: PLC0415 - found by the path

        included: dict[str, str] = build_data["force_include"]
        for bundle in ensure_all(root):
            if self.target_name == "sdist":
                included[str(bundle.code)] = str(bundle.code.relative_to(root))
                included[str(bundle.stamp)] = str(bundle.stamp.relative_to(root))
            else:
                included[str(bundle.code)] = f"chime_proxy/_lambda/{bundle.code.name}"
