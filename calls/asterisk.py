"""An Asterisk in a folder: configured, started, asked and ended."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from calls.sound import tone, write_wav
from chime_proxy_service.telephony.announcements import Occasion
from chime_proxy_service.telephony.sip.calls import announcement
from chime_proxy_service.telephony.sip.configuration import CAUSES, configuration
from chime_proxy_service.telephony.sip.settings import SipSettings, Transport

ADDRESS, PORT = "127.0.0.1", 5080
TRUNK = ("127.0.0.20", 5072)
ALLOWED = ("127.0.0.11", "127.0.0.20", "127.0.0.22", "127.0.0.33")
_TICKS = os.sysconf("SC_CLK_TCK")
_ANNOUNCEMENT_SECONDS = 0.6
_LINES = Path("var/spool/chime-proxy")
# Channel, time up, codec, then packets received, lost, their share and jitter; then those sent.
_STATISTICS = r"^ \S+ (\S+) +\S+ +\S+ +(\d+)K? +\d+K? +\d+ +[\d.]+ +(\d+)K? "
_ETC = Path("etc/asterisk")
_FILES = Path("etc/chime-proxy")
_RECORDINGS = Path("var/lib/chime-proxy/announcements")

TONES: Mapping[Occasion, int] = {one: 500 + 130 * at for at, one in enumerate(CAUSES)}
"""The frequency that stands for an occasion's sentence in these recordings."""


class Asterisk:
    """One Asterisk.

    Args:
        root: the folder of the Debian in which it is installed.
        agi_port: the port on which it asks.
    """

    def __init__(self, root: Path, agi_port: int) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = SipSettings(
            region="us-east-1",
            table="none",
            trunk=f"{TRUNK[0]}:{TRUNK[1]}",
            trunk_addresses=ALLOWED,
            transport=Transport.UDP,
            address=ADDRESS,
            port=PORT,
            rtp_ports=(20000, 29998),
            announcements=f"/{_RECORDINGS}",
            ended_calls=f"/{_LINES}",
            agi_port=agi_port,
        )

    @property
    def ended_calls(self) -> Path:
        """The folder of the ends of calls, from outside."""
        return self._root / _LINES

    @property
    def log(self) -> str:
        """All that Asterisk has logged."""
        return (self._root / "var/log/asterisk/messages").read_text(errors="replace")

    def start(self, broken: Callable[[str], str] = lambda text: text) -> None:
        """Write the configuration and start; see `restarted`."""
        for name, text in configuration(self.settings).items():
            (self._root / _ETC / name).write_text(broken(text), encoding="utf-8")
        for folder in (self._root / _LINES, self._root / _RECORDINGS):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shutil.chown(folder, *self._user())
        (self._root / "var/log/asterisk/messages").unlink(missing_ok=True)
        for occasion, hertz in TONES.items():
            file = self._root / _RECORDINGS / f"{announcement(occasion)}.wav"
            write_wav(file, tone(hertz, _ANNOUNCEMENT_SECONDS))
        command = ["chroot", str(self._root), "asterisk", "-f", "-U", "asterisk", "-G", "asterisk"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_until_up()

    @contextmanager
    def restarted(
        self,
        settings: SipSettings | None = None,
        broken: Callable[[str], str] = lambda text: text,
    ) -> Iterator[None]:
        """Run it with other settings, or with a configuration that is broken on purpose.

        Args:
            settings: the settings. Default: those that it has.
            broken: returns a file of the configuration as it should not be.
        """
        plain = self.settings
        self.stop()
        self.settings = settings or plain
        try:
            self.start(broken)
            yield
        finally:
            self.stop()
            self.settings = plain
            self.start()

    def keep(self, name: str, text: str) -> str:
        """Write a file that Asterisk may read; return its path for the settings."""
        folder = self._root / _FILES
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="ascii")
        return f"/{_FILES / name}"

    def stop(self) -> None:
        """End it."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def version(self) -> str:
        """Return the version."""
        return self.ask("core show version").partition(" built")[0]

    def ask(self, command: str) -> str:
        """Return the answer to a command of its console."""
        asked = ["chroot", str(self._root), "asterisk", "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout

    def channels(self) -> int:
        """Return the number of channels: two for each call that is up."""
        found = re.search(r"(\d+) active channel", self.ask("core show channels count"))
        return int(found[1]) if found else 0

    def audio_packets(self) -> Mapping[str, tuple[int, int]]:
        """Return the audio packets that each channel has received and sent."""
        rows = re.findall(_STATISTICS, self.ask("pjsip show channelstats"), re.MULTILINE)
        return {name: (int(received), int(sent)) for name, received, sent in rows}

    def cpu_seconds(self) -> float:
        """Return the CPU time that it has used."""
        assert self._process
        return cpu_seconds(self._process.pid)

    def settings_for(self, table: str) -> SipSettings:
        """Return the settings for a process outside of the folder, on a table."""
        return replace(self.settings, table=table, ended_calls=str(self.ended_calls))

    def _user(self) -> tuple[int, int]:
        for line in (self._root / "etc/passwd").read_text().splitlines():
            name, _, user, group, *_ = line.split(":")
            if name == "asterisk":
                return int(user), int(group)
        msg = "There is no user asterisk"
        raise LookupError(msg)

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 30
        while "fully booted" not in self.ask("core waitfullybooted"):
            if time.monotonic() > deadline:
                msg = "Asterisk does not start"
                raise TimeoutError(msg)
            time.sleep(0.2)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
