"""`python -m tools.bundle [NAME ...]`: build the zips of the functions' code.

Zips that are up to date are left as they are. Without a name, all are built. With
`BUNDLE_BYTECODE=no` in the environment, they need not have bytecode of Lambda's Python.
"""

import os
import sys
from pathlib import Path

from tools.bundle.build import ensure_all
from tools.bundle.errors import BundleError
from tools.bundle.sources import FUNCTIONS


def main(names: list[str]) -> None:
    """Build the zips of the functions with these names."""
    wanted = [function for function in FUNCTIONS if not names or function.name in names]
    try:
        bytecode = os.environ.get("BUNDLE_BYTECODE") != "no"
        ensure_all(Path(__file__).parents[2], wanted, bytecode=bytecode)
    except BundleError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
