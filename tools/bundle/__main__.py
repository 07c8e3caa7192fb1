"""`python -m tools.bundle`: build the zip of the provider's code, unless it is up to date."""

import sys
from pathlib import Path

from tools.bundle.build import ensure
from tools.bundle.errors import BundleError

if __name__ == "__main__":
    try:
        ensure(Path(__file__).parents[2])
    except BundleError as error:
        sys.exit(str(error))
