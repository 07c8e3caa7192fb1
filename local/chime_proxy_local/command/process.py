"""The cloud's process, seen from outside: start it, stop it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from chime_proxy_local.command.runtime import create_runtime
from chime_proxy_local.command.state import State, read_state, source_digest, write_state
from chime_proxy_local.daemon import OWNER, locked_pid
from chime_proxy_local.environment import server_environment
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import served_pid

_START_ATTEMPTS = 3
_START_SECONDS = 120
_STOP_SECONDS = 3
_GROUP_SECONDS = 0.5
_POLL_SECONDS = 0.02


def running_port(folder: Folder) -> int | None:
    """Return the port of the folder's cloud if it is running and answers."""
    state, pid = read_state(folder), locked_pid(folder.lock)
    if state is None or pid is None:
        return None
    return state.port if served_pid(state.port) == pid else None


def is_current(folder: Folder) -> bool:
    """Return true if the cloud was started from the sources as they are now."""
    state = read_state(folder)
    return state is not None and state.sources == source_digest()


def start(folder: Folder) -> int:
    """Start a cloud in a folder; remains of an earlier one are replaced.

    Args:
        folder: the cloud's. The port of an earlier cloud is used again if it is free.

    Returns:
        The port.

    Raises:
        LocalCloudError: the process does not come up; the message has the end of its log.
    """
    stop(folder)
    state = read_state(folder)
    port = state.port if state else 0
    for _ in range(_START_ATTEMPTS):
        port = _free_port(port)
        write_state(folder, State(port=port, sources=source_digest()))
        if _launch(folder, port):
            return port
    msg = f"The local cloud does not start. The end of {folder.log}:\n{_log_tail(folder)}"
    raise LocalCloudError(msg)


def stop(folder: Folder) -> None:
    """End the folder's cloud and the functions in it, if it is running."""
    pid = locked_pid(folder.lock)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        _wait(lambda: locked_pid(folder.lock) != pid, _STOP_SECONDS)
        # Its functions are in the group that it leads; they end when their input does.
        _wait(lambda: not _group_exists(pid), _GROUP_SECONDS)
        os.killpg(pid, signal.SIGKILL)
        _wait(lambda: locked_pid(folder.lock) != pid, _STOP_SECONDS)


def _launch(folder: Folder, port: int) -> bool:
    shutil.rmtree(folder.temporary, ignore_errors=True)
    folder.temporary.mkdir(parents=True)
    function_python = create_runtime(folder.runtime)
    daemon = [sys.executable, "-m", "chime_proxy_local.daemon", str(folder.lock)]
    with folder.log.open("w") as log:
        subprocess.run(  # noqa: S603 - the arguments are ours
            [*daemon, "chime_proxy_local.cloud.server", str(port), str(function_python)],
            check=False,
            cwd=folder.path,
            env={**server_environment(port, folder.temporary), **_owner()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return _wait(lambda: _settled(folder, port), _START_SECONDS) and _up(folder, port)


def _owner() -> dict[str, str]:
    return {OWNER: os.environ[OWNER]} if OWNER in os.environ else {}


def _settled(folder: Folder, port: int) -> bool:
    return locked_pid(folder.lock) is None or _up(folder, port)


def _up(folder: Folder, port: int) -> bool:
    pid = locked_pid(folder.lock)
    return pid is not None and served_pid(port) == pid


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port(wanted: int) -> int:
    """Return the wanted port if it is free, otherwise another free one."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", wanted))
        except OSError:
            candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _log_tail(folder: Folder) -> str:
    return "\n".join(folder.log.read_text(errors="replace").splitlines()[-15:])
