"""`python -m tools.step NAME COMMAND`: run a command of the shell as a step, as `make local` shows them.

What the command prints is shown only if it fails. Needs nothing that is installed.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT / "constructs"), str(_ROOT / "local")]

from chime_proxy_local.command.step import step  # noqa: E402 - found by the path

_INTERRUPTED = 130


def main(name: str, command: str) -> int:
    """Run a command, and return its exit code."""
    with TemporaryFile() as output:
        try:
            with step(name):
                _run(command, output.fileno())
        except subprocess.CalledProcessError as error:
            output.seek(0)
            sys.stderr.buffer.write(output.read())
            return error.returncode
        except KeyboardInterrupt:
            return _INTERRUPTED
    return 0


def _run(command: str, output: int) -> None:
    subprocess.run(  # noqa: S603 - the makefile's own words
        ["/bin/sh", "-c", command],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
