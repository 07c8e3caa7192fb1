"""`python -m local`: deploy this checkout's app to a cloud on this machine.

`down` removes both, `fault` makes something go wrong in the cloud that runs.
"""

import argparse
import fcntl
import os
import signal
import sys
from types import FrameType

from local.command.fault import add_fault_arguments, switch
from local.command.output import show
from local.command.up_down import down, up
from local.error import LocalCloudError
from local.folder import ROOT, Folder

_SIGNALLED = 128


def main() -> int:
    """Carry out the command line and return the exit code."""
    arguments = _parser().parse_args()
    _end_with_what_is_started()
    _forget_aws_settings()
    try:
        _carry_out(arguments, Folder(ROOT / ".local"))
    except (LocalCloudError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _end_with_what_is_started() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ignored by `nohup`, for one.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    """Leave by an exception, so that started commands are ended first."""
    sys.stderr.write("\nInterrupted. The same command goes on from here.\n")
    sys.exit(_SIGNALLED + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands.add_parser("up", help="deploy the app; what is done without a command")
    commands.add_parser("down", help="delete the app's stacks and stop the cloud")
    add_fault_arguments(
        commands.add_parser("fault", help="make something go wrong, or right again")
    )
    return parser


def _carry_out(arguments: argparse.Namespace, folder: Folder) -> None:
    match arguments.command:
        case "fault":
            # Without a turn: faults are for watching what another command makes of them.
            switch(folder, arguments)
        case "down":
            _wait_for_turn()
            down(ROOT, folder)
        case _:
            _wait_for_turn()
            up(ROOT, folder)


def _forget_aws_settings() -> None:
    """Keep everything started here away from a real account."""
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
