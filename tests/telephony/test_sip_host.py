"""The process beside Asterisk: real connections, real files."""

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from tests.service.tables import create_table
from tests.telephony.needles import found
from tests.telephony.scene import ALICE, BOB, PROXY, STRANGER, Scene
from tests.telephony.sip_host import SETTINGS, ask, ends_in, lines_of

from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.handlers.ended_calls import EndedCalls
from chime_proxy_service.handlers.fast_agi import FastAgi
from chime_proxy_service.session import Status
from chime_proxy_service.telephony.sip.calls import SipCalls

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

END = f"1767225600.4,{ALICE.number},{PROXY},session,ANSWER,61,end"


@dataclass(frozen=True)
class Host:
    """A host's process, within this one."""

    scene: Scene
    port: int
    folder: Path
    ended: EndedCalls


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Answer on a free port, for the session of Alice and Bob."""
    scene = Scene()
    calls = SipCalls(scene.switchboard, region="us-east-1")
    ended = EndedCalls(tmp_path, calls.end)
    with FastAgi(0, calls, ended) as server:
        answering = Thread(target=server.serve_forever, args=(0.05,))
        answering.start()
        yield Host(scene, server.server_address[1], tmp_path, ended)
        server.shutdown()
        answering.join()


def test_call_is_connected_and_its_end_recorded(host: Host) -> None:
    """A question, an answer, and the line that Asterisk leaves at the end."""
    variables = ask(host.port, ALICE.number, PROXY)
    assert variables["RECIPIENT"] == BOB.number
    assert host.scene.status() is Status.IN_PROGRESS

    host.ended.keep(f"{variables['CALL']},ANSWER,61,end")
    assert host.ended.report()

    assert host.scene.status() is Status.OPEN
    assert ends_in(host.folder) == []


def test_many_callers_are_answered_at_once(host: Host) -> None:
    """Each connection has its own answer."""
    found: list[str] = []

    def call(at: int) -> None:
        found.append(ask(host.port, STRANGER.number, PROXY, call_id=f"1.{at}")["REFUSAL"])

    threads = [Thread(target=call, args=(at,)) for at in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert found == ["unknown"] * 20


def test_answer_that_asterisk_did_not_take_is_an_end(host: Host) -> None:
    """A caller who hung up meanwhile does not leave the session InProgress."""
    ask(host.port, ALICE.number, PROXY, takes=False)
    deadline = time.monotonic() + 5
    while not ends_in(host.folder) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert host.ended.report()

    assert host.scene.status() is Status.OPEN


def test_request_without_its_fields_is_logged_by_its_place(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    """A request that lacks fields ends the connection; the log has no number."""
    assert ask(host.port, f"{ALICE.number}\n\n", PROXY) == {}

    written = capsys.readouterr().out
    assert "KeyError" in written
    assert found([written], [ALICE], []) == []


def test_end_stays_until_it_is_recorded(tmp_path: Path) -> None:
    """An end that the table could not take is tried again, also by another process."""
    failing = [True, True, False]

    def end(_: str) -> None:
        if failing.pop(0):
            msg = "busy"
            raise UnavailableError(msg)

    EndedCalls(tmp_path, end).keep(END)
    assert not EndedCalls(tmp_path, end).report()
    assert not EndedCalls(tmp_path, end).report()
    assert ends_in(tmp_path) == [END]

    assert EndedCalls(tmp_path, end).report()
    assert ends_in(tmp_path) == []


def test_end_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    """A file without its last word is not whole yet."""
    (tmp_path / "1.call").write_text(END[:-5])
    reported: list[str] = []

    assert EndedCalls(tmp_path, reported.append).report()

    assert reported == []
    assert ends_in(tmp_path) == [END[:-5]]


def test_file_that_is_no_end_is_logged_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a file would be tried for ever; its content is not logged."""
    scene = Scene()
    ended = EndedCalls(tmp_path, SipCalls(scene.switchboard, region="us-east-1").end)
    (tmp_path / "1.call").write_text(f"{ALICE.number},end")

    assert ended.report()

    assert ends_in(tmp_path) == []
    written = capsys.readouterr().out
    assert "ValueError" in written
    assert found([written], [ALICE], []) == []


def test_unforeseen_failure_of_one_end_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One is logged and stays, the next one is recorded."""
    reported: list[str] = []

    def end(line: str) -> None:
        if line.startswith("1."):
            raise KeyError(line)
        reported.append(line)

    ended = EndedCalls(tmp_path, end)
    ended.keep(f"1.0,{END}")
    ended.keep(f"2.0,{END}")

    assert not ended.report()

    assert reported == [f"2.0,{END}"]
    assert ends_in(tmp_path) == [f"1.0,{END}"]
    assert "KeyError" in capsys.readouterr().out


def test_ends_are_reported_soon_and_later_after_a_failure(tmp_path: Path) -> None:
    """A tenth of a second between looks; five seconds after one that failed."""
    pauses: list[float] = []
    outcomes = iter([True, False])

    class Watched(EndedCalls):
        def report(self) -> bool:
            return next(outcomes)

    with pytest.raises(StopIteration):
        Watched(tmp_path, lambda _: None).watch(sleep=pauses.append)

    assert pauses == [0.1, 5]


@pytest.fixture
def run(tmp_path: Path, dynamodb: "DynamoDBClient") -> Callable[..., "subprocess.Popen[str]"]:
    """Run a command of the host, whose table is on the local cloud."""
    (tmp_path / "calls").mkdir()
    changed = {"ended_calls": str(tmp_path / "calls"), "agi_port": free_port()}
    settings = SETTINGS | {"table": create_table(dynamodb)} | changed
    (tmp_path / "settings.toml").write_text(lines_of(settings))

    def run(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "chime_proxy_service.handlers.sip", *arguments],
            cwd=tmp_path,
            env={**os.environ, "AWS_ENDPOINT_URL": dynamodb.meta.endpoint_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


Run = Callable[..., "subprocess.Popen[str]"]


def test_process_answers_from_the_table_until_it_is_ended(run: Run, tmp_path: Path) -> None:
    """It writes a line of its own for each contact, and ends with status 0."""
    port = tomllib.loads((tmp_path / "settings.toml").read_text())["agi_port"]
    process = run("serve", "settings.toml")
    try:
        answer = asked_when_up(port)
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=300)

    assert answer == {"REFUSAL": "unknown"}
    assert (process.returncode, errors) == (0, "")
    assert '"reason": "Unknown"' in output
    assert found([output], [ALICE], []) == []


def asked_when_up(port: int) -> dict[str, str]:
    """The answer to a question, as soon as there is a process to ask."""
    deadline = time.monotonic() + 300
    while True:
        try:
            return ask(port, ALICE.number, PROXY)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_configuration_is_written_to_a_folder(run: Run, tmp_path: Path) -> None:
    """All files of the configuration are there."""
    (tmp_path / "etc").mkdir()

    assert run("configure", "settings.toml", "etc").communicate(timeout=300) == ("", "")

    names = {path.name for path in (tmp_path / "etc").iterdir()}
    assert names == {
        "extensions.conf",
        "logger.conf",
        "modules.conf",
        "pjsip.conf",
        "rtp.conf",
    }


def test_sentences_are_printed_with_the_names_of_their_recordings(run: Run) -> None:
    """A line for each recording."""
    output, _ = run("sentences", "es-US").communicate(timeout=300)

    lines = dict(line.split("\t") for line in output.splitlines())
    assert lines["busy"].startswith("La línea está ocupada.")
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "missing.toml"), "No such file"),
        (("configure", "wrong.toml", "."), "wrong.toml: region is missing"),
        (("sentences", "xx"), "There are no announcements in this language; use one of en-US"),
    ],
)
def test_wrong_command_line_is_told_without_a_traceback(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """The message has what was wrong, and the status is 1."""
    (tmp_path / "wrong.toml").write_text("")

    process = run(*arguments)

    assert message in process.communicate(timeout=300)[1]
    assert process.returncode == 1
