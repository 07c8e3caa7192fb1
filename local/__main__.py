"""`python -m local`: deploy this checkout's app to a cloud on this machine; `down` removes both."""

import argparse
import fcntl
import os
import sys

from local.error import LocalCloudError
from local.folder import ROOT, Folder
from local.lifecycle import down, up
from local.output import show

_INTERRUPTED = 130


def main() -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("up", "down"), default="up")
    command = {"up": up, "down": down}[parser.parse_args().command]
    _forget_aws_settings()
    try:
        _wait_for_turn()
        command(ROOT, Folder(ROOT / ".local"))
    except (LocalCloudError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. The same command goes on from here.\n")
        return _INTERRUPTED
    return 0


def _forget_aws_settings() -> None:
    """Make sure that nothing which is started here can find a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _wait_for_turn() -> None:
    """Let two commands in the same checkout work one after the other."""
    # The folder of the sources, because the cloud's own folder comes and goes.
    lock = os.open(ROOT / "local", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        show("Waiting for another command to finish in this checkout ...")
        fcntl.flock(lock, fcntl.LOCK_EX)


if __name__ == "__main__":
    sys.exit(main())
