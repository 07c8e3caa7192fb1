import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local.patience import eventually
from tests.local.probe import ProbeStack
from tests.local.running_cloud import RunningCloud

from chime_proxy_local.command import process
from chime_proxy_local.command.state import State, read_state, write_state
from chime_proxy_local.daemon import OWNER, locked_pid
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import served_pid


def _pid_of(folder: Folder) -> int:
    pid = locked_pid(folder.lock)
    assert pid is not None
    return pid


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_stopped_cloud_leaves_nothing(folder: Folder) -> None:
    """A cloud that was started runs, and one that was stopped leaves no process and no port."""
    assert process.running_port(folder) is None
    port = process.start(folder)
    assert process.running_port(folder) == port
    assert process.is_current(folder)
    process.stop(folder)
    assert process.running_port(folder) is None
    assert _is_free(port)


def test_stopping_nothing_is_no_error(folder: Folder) -> None:
    """Stopping where nothing was ever started is no error."""
    process.stop(folder)


def test_killed_cloud_keeps_its_port(folder: Folder) -> None:
    """A cloud whose process was killed is started again at the same port."""
    port = process.start(folder)
    os.kill(_pid_of(folder), signal.SIGKILL)
    assert eventually(lambda: process.running_port(folder) is None)
    assert process.start(folder) == port


def test_hung_cloud_is_replaced(folder: Folder) -> None:
    """A cloud that does not answer any more is replaced."""
    port = process.start(folder)
    pid = _pid_of(folder)
    os.kill(pid, signal.SIGSTOP)
    assert process.running_port(folder) is None
    assert process.start(folder) == port
    assert _pid_of(folder) != pid


def test_taken_port_is_avoided(folder: Folder) -> None:
    """A cloud whose port somebody else has taken is started at another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        write_state(folder, State(port=taken, sources=""))
        assert process.start(folder) != taken


def test_foreign_pid_is_never_stopped(folder: Folder) -> None:
    """A pid that somebody else has by now is never stopped."""
    folder.path.mkdir()
    folder.lock.write_text(str(os.getpid()))
    process.stop(folder)


def test_older_version_is_not_current(folder: Folder) -> None:
    """A cloud that runs other sources than today's is not taken for a current one."""
    port = process.start(folder)
    write_state(folder, State(port=port, sources="those of yesterday"))
    assert process.running_port(folder) == port
    assert not process.is_current(folder)


@pytest.mark.parametrize("left", ["", "[]", '{"port": 1}', '{"port": 70000, "sources": ""}'])
def test_unreadable_state_is_none(folder: Folder, left: str) -> None:
    """A state that an interrupted or an older version has left is no state."""
    folder.path.mkdir()
    folder.state.write_text(left)
    assert read_state(folder) is None


def test_cloud_of_unreadable_state_is_replaced(folder: Folder) -> None:
    """A cloud whose state cannot be read is ended, and another one started."""
    port = process.start(folder)
    folder.state.write_text("")
    pid = _pid_of(folder)
    assert process.start(folder)
    assert _pid_of(folder) != pid
    assert served_pid(port) != pid


def test_two_folders_have_a_cloud_each(folder: Folder, tmp_path: Path) -> None:
    """Two folders have a cloud each, and stopping one leaves the other alone."""
    second = Folder(tmp_path / "second")
    port = process.start(folder)
    try:
        assert process.start(second) != port
    finally:
        process.stop(second)
    assert process.running_port(folder) == port


def test_cloud_ends_with_its_folder(folder: Folder) -> None:
    """A cloud whose folder is removed ends, and another that is started there does not."""
    port = process.start(folder)
    pid = _pid_of(folder)
    shutil.rmtree(folder.path)
    assert process.start(folder) != port
    assert eventually(lambda: not _exists(pid))
    assert _is_free(port)
    assert process.running_port(folder)


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """Start a process that owns every cloud which is started until it ends."""
    file = tmp_path / "owner"
    script = (
        "import fcntl; file = open({!r}, 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(input())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script.format(str(file))],
        stdin=subprocess.PIPE,
        text=True,
    ) as holder:
        assert eventually(file.exists)
        monkeypatch.setenv(OWNER, str(file))
        yield holder
        holder.kill()


def test_cloud_ends_with_its_owner(folder: Folder, owner: subprocess.Popen[str]) -> None:
    """A cloud whose owner is killed ends, and so does a function that runs in it."""
    client = RunningCloud(folder, process.start(folder)).client("cloudformation")
    pid = _pid_of(folder)
    busy = ProbeStack(client, "busy", folder.path / "journal")
    busy.begin(Create={"Delay": 600})
    assert eventually(busy.journal.exists)
    owner.kill()
    assert eventually(lambda: not _exists(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_cloud_listens_on_loopback_only(folder: Folder) -> None:
    """A cloud cannot be reached from another machine."""
    port = process.start(folder)
    listening = Path(f"/proc/{_pid_of(folder)}/net/tcp").read_text().splitlines()[1:]
    addresses = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in addresses
    assert f"00000000:{port:04X}" not in addresses


def test_failed_start_shows_its_log(tmp_path: Path) -> None:
    """A cloud that cannot come up is an error which shows its log."""
    folder = Folder(tmp_path)
    folder.lock.symlink_to(tmp_path / "missing" / "pid")
    with pytest.raises(LocalCloudError, match=r"(?s)does not start.*No such file or directory"):
        process.start(folder)
