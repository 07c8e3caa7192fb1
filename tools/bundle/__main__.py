"""`python -m tools.bundle`: build the zips of the functions' code, unless they are up to date."""

import sys
from pathlib import Path

from tools.bundle.build import ensure_all
from tools.bundle.errors import BundleError

if __name__ == "__main__":
    try:
        ensure_all(Path(__file__).parents[2])
    except BundleError as error:
        sys.exit(str(error))
