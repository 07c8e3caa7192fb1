"""Detaching the cloud's process: `python -m local.daemon PID_FILE MODULE ARGUMENTS...`.

The detached process holds a lock on its pid file for as long as it lives. So whoever finds the
file locked knows that the pid in it is alive and belongs to this process, and whoever finds it
unlocked knows that it is gone.
"""

import fcntl
import os
import runpy
import sys
from pathlib import Path


def detach(pid_file: Path) -> None:
    """Go on as a process of its own, the only one with a lock on `pid_file`, or exit."""
    lock = os.open(pid_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"{pid_file} is locked: the local cloud is running already.")
    if pid := os.fork():
        os.ftruncate(lock, 0)
        os.write(lock, str(pid).encode())
        os._exit(0)
    os.setsid()


def locked_pid(pid_file: Path) -> int | None:
    """Return the pid of the process that holds the lock on `pid_file`, None if there is none."""
    try:
        with pid_file.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(pid_file.read_text() or 0) or None
    return None


if __name__ == "__main__":
    detach(Path(sys.argv[1]))
    del sys.argv[1]
    runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
