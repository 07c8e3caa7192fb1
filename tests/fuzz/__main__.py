"""The long run, `make fuzz`: many more cases by hypothesis, then a search by coverage.

FUZZ_FACTOR (default 5) says how many times more cases than in `make test`, FUZZ_SECONDS
(default 60) how long the search takes for each property. hypothesis remembers what failed, so
that the next run of pytest begins with it.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

_FACTOR = os.environ.get("FUZZ_FACTOR", "5")
_SECONDS = os.environ.get("FUZZ_SECONDS", "60")
_PROPERTIES = ("events", "replies", "wire")


def main() -> int:
    """Run everything, whatever fails before; 0 if nothing was found."""
    commands = [["pytest", "-p", "no:logging", "--show-capture=no", "tests/fuzz"]]
    if find_spec("atheris"):
        commands += [["tests.fuzz.search", name, _SECONDS] for name in _PROPERTIES]
    else:
        sys.stderr.write("atheris has no wheel for this platform: no search by coverage\n")
    return max(map(_run, commands))


def _run(arguments: list[str]) -> int:
    command = [sys.executable, "-m", *arguments]
    environment = {**os.environ, "FUZZ_FACTOR": _FACTOR}
    return abs(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    sys.exit(main())
