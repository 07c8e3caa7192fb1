"""Phones of somebody else's: baresip, which plays a tone and keeps what it hears."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from calls.asterisk import ADDRESS, PORT
from calls.sound import read_wav, tone, write_wav

_MODULES = Path("/usr/lib/baresip/modules")
_HEARD = "dump-*-dec.wav"
_CONFIG = """\
sip_listen {address}:{port}
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
module_app account.so
module_app menu.so
module_tmp uuid.so
audio_source aufile,{folder}/tone.wav
audio_player aufile,/dev/null
snd_path {folder}
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
"""
_ENCRYPTED = "module srtp.so\nsip_certificate {certificate}\n"
_ACCOUNT = (
    '"{name}" <sip:{number}@{address}:{port};transport={transport}>'
    ";regint=0;audio_codecs=pcmu;answermode={answers}{encryption}\n"
)


@dataclass(frozen=True, slots=True)
class Baresip:
    """A phone.

    Args:
        folder: its files.
        number: its number.
        name: its display name.
        address: its IP address.
        hertz: the frequency of the tone that it plays.
        port: its SIP port; for TLS the next one.
        certificate: the file with its certificate and key: it speaks TLS and SRTP alone. Default:
            neither.
    """

    folder: Path
    number: str
    name: str
    address: str
    hertz: int
    port: int = 5071
    certificate: Path | None = None

    def start(self, seconds: int, call: str = "") -> subprocess.Popen[bytes]:
        """Start the phone, and wait until it is ready.

        Args:
            seconds: the time after which it hangs up and ends.
            call: the number that it calls. Default: it waits and answers.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {"address": self.address, "port": self.port, "folder": self.folder}
        config = _CONFIG.format(modules=_MODULES, **values)
        if self.certificate:
            config += _ENCRYPTED.format(certificate=self.certificate)
        transport = "tls" if self.certificate else "udp"
        account = _ACCOUNT.format(
            number=self.number,
            name=self.name,
            answers="manual" if call else "auto",
            transport=transport,
            encryption=";mediaenc=srtp-mand" if self.certificate else "",
            **values,
        )
        (self.folder / "config").write_text(config, encoding="utf-8")
        (self.folder / "accounts").write_text(account, encoding="utf-8")
        for file in self.folder.glob(_HEARD):
            file.unlink()
        write_wav(self.folder / "tone.wav", tone(self.hertz, 10))
        dial = ["-e", f"/dial sip:{call}@{ADDRESS}:{PORT};transport={transport}"] if call else []
        with self._trace.open("w") as trace:
            process = subprocess.Popen(
                ["baresip", "-f", self.folder, "-n", ADDRESS, "-s", "-t", str(seconds), *dial],
                stdin=subprocess.DEVNULL,
                stdout=trace,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 10
        while "baresip is ready" not in self._trace.read_text():
            assert time.monotonic() < deadline, self._trace.read_text()
            time.sleep(0.05)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> str:
        """Wait until the phone has ended; return all that it has sent and received."""
        process.wait(40)
        return self._trace.read_text()

    @property
    def _trace(self) -> Path:
        return self.folder / "trace"

    def heard(self) -> list[int]:
        """Return what it has heard."""
        (file,) = self.folder.glob(_HEARD)
        return read_wav(file)
