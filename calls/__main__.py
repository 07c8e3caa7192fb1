"""`make calls`: install Asterisk and phones, make calls, and write `.calls/report.md`."""

import sys

import pytest

from calls.folder import ASTERISK, FOLDER, REPORT
from calls.installation import CallsError, install


def main() -> int:
    """Make the calls; return the exit status."""
    FOLDER.mkdir(exist_ok=True)
    try:
        install(ASTERISK)
    except CallsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    status = pytest.main(["calls", "-p", "no:cacheprovider", *sys.argv[1:]])
    sys.stdout.write(f"Who saw what, and all figures: {REPORT}\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
