"""Detaching the cloud's process: `python -m chime_proxy_local.daemon PID_FILE MODULE ARGUMENTS...`.

The detached process holds a lock on its pid file for as long as it lives. If the file is locked,
the pid in it is alive and belongs to this process; if it is not, the process is gone.

The process ends with its functions when the pid file is removed, as by `rm -rf .local`. If the
environment names a file in LOCAL_CLOUD_OWNER, it also ends when nobody locks that file any more:
tests lock one, so that a cloud ends with them even if they are killed.
"""

import fcntl
import os
import runpy
import signal
import sys
import time
from pathlib import Path
from threading import Thread

OWNER = "LOCAL_CLOUD_OWNER"
_POLL_SECONDS = 0.5


def detach(pid_file: Path, owner: Path | None) -> None:
    """Go on as a process of its own, the only one with a lock on `pid_file`, or exit.

    Args:
        pid_file: the process ends when it is removed.
        owner: the process ends when this file is not locked. None: it has no owner.
    """
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
    Thread(target=_end_when_abandoned, args=(pid_file, lock, owner), daemon=True).start()


def locked_pid(pid_file: Path) -> int | None:
    """Return the pid of the process holding the lock on `pid_file`; None if there is none."""
    return int(pid_file.read_text() or 0) or None if _is_locked(pid_file) else None


def _end_when_abandoned(pid_file: Path, lock: int, owner: Path | None) -> None:
    while _is_file(pid_file, lock) and (owner is None or _is_locked(owner)):
        time.sleep(_POLL_SECONDS)
    # Functions are in the group that this process leads.
    os.killpg(0, signal.SIGKILL)


def _is_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


if __name__ == "__main__":
    named = os.environ.pop(OWNER, None)
    detach(Path(sys.argv[1]), Path(named) if named else None)
    del sys.argv[1]
    runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
