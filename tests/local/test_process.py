import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from local.command import process
from local.command.state import State, read_state, write_state
from local.daemon import locked_pid
from local.error import LocalCloudError
from local.folder import Folder
from local.health import served_pid


def _pid_of(folder: Folder) -> int:
    pid = locked_pid(folder.lock)
    assert pid is not None
    return pid


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_start_and_stop(folder: Folder) -> None:
    """A cloud that was started runs, and one that was stopped leaves no process and no port."""
    assert process.running_port(folder) is None
    port = process.start(folder)
    assert process.running_port(folder) == port
    assert process.is_current(folder)
    process.stop(folder)
    assert process.running_port(folder) is None
    assert _is_free(port)


def test_stop_of_nothing(folder: Folder) -> None:
    """Stopping where nothing was ever started is no error."""
    process.stop(folder)


def test_killed(folder: Folder) -> None:
    """A cloud whose process was killed is started again at the same port."""
    port = process.start(folder)
    os.kill(_pid_of(folder), signal.SIGKILL)
    assert _eventually(lambda: process.running_port(folder) is None)
    assert process.start(folder) == port


def test_hung(folder: Folder) -> None:
    """A cloud that does not answer any more is replaced."""
    port = process.start(folder)
    pid = _pid_of(folder)
    os.kill(pid, signal.SIGSTOP)
    assert process.running_port(folder) is None
    assert process.start(folder) == port
    assert _pid_of(folder) != pid


def test_port_in_use(folder: Folder) -> None:
    """A cloud whose port somebody else has taken is started at another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        write_state(folder, State(port=taken, sources=""))
        assert process.start(folder) != taken


def test_foreign_pid(folder: Folder) -> None:
    """A pid that somebody else has by now is never stopped."""
    folder.path.mkdir()
    folder.lock.write_text(str(os.getpid()))
    process.stop(folder)


def test_older_version(folder: Folder) -> None:
    """A cloud that runs other sources than today's is not taken for a current one."""
    port = process.start(folder)
    write_state(folder, State(port=port, sources="those of yesterday"))
    assert process.running_port(folder) == port
    assert not process.is_current(folder)


@pytest.mark.parametrize("left", ["", "[]", '{"port": 1}', '{"port": 70000, "sources": ""}'])
def test_unreadable_state(folder: Folder, left: str) -> None:
    """Whatever an interrupted or an older version has left is started over."""
    port = process.start(folder)
    folder.state.write_text(left)
    assert read_state(folder) is None
    pid = _pid_of(folder)
    assert process.start(folder)
    assert _pid_of(folder) != pid
    assert served_pid(port) != pid


def test_side_by_side(folder: Folder, tmp_path: Path) -> None:
    """Two folders have a cloud each, and stopping one leaves the other alone."""
    second = Folder(tmp_path / "second")
    port = process.start(folder)
    try:
        assert process.start(second) != port
    finally:
        process.stop(second)
    assert process.running_port(folder) == port


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_loopback_only(folder: Folder) -> None:
    """A cloud cannot be reached from another machine."""
    port = process.start(folder)
    listening = Path(f"/proc/{_pid_of(folder)}/net/tcp").read_text().splitlines()[1:]
    addresses = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in addresses
    assert f"00000000:{port:04X}" not in addresses


def test_start_that_fails(tmp_path: Path) -> None:
    """A cloud that cannot come up is an error which shows its log."""
    folder = Folder(tmp_path)
    folder.lock.symlink_to(tmp_path / "missing" / "pid")
    with pytest.raises(LocalCloudError, match=r"(?s)does not start.*No such file or directory"):
        process.start(folder)
