"""The commands on a host with a SIP trunk.

| `python -m chime_proxy_service.handlers.sip` | |
|---|---|
| `serve SETTINGS` | tells Asterisk whom each call reaches, and records the ends of calls |
| `configure SETTINGS FOLDER` | writes Asterisk's configuration to a folder |
| `sentences LANGUAGE` | prints the name of each recording and its sentence |

They need boto3 and `phonenumbers`, and neither CDK nor Node.
"""

import argparse
import signal
import sys
import tomllib
from functools import partial
from pathlib import Path
from threading import Thread

import boto3
from botocore.config import Config

from chime_proxy_service.handlers.adapter import switchboard_on
from chime_proxy_service.handlers.ended_calls import EndedCalls
from chime_proxy_service.handlers.fast_agi import FastAgi
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.announcements import announcements
from chime_proxy_service.telephony.sip.calls import SipCalls, announcement
from chime_proxy_service.telephony.sip.configuration import CAUSES, configuration
from chime_proxy_service.telephony.sip.settings import SipSettings
from chime_proxy_service.telephony.switchboard import Switchboard

_NAME = "sip"
# A caller hears nothing until the table has answered.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=50,
)


def main() -> None:
    """Run the command of the command line."""
    parser = argparse.ArgumentParser(prog="python -m chime_proxy_service.handlers.sip")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="tell Asterisk whom each call reaches")
    command.add_argument("settings", type=Path)
    command.set_defaults(run=lambda arguments: serve(_settings(arguments.settings)))
    command = commands.add_parser("configure", help="write Asterisk's configuration")
    command.add_argument("settings", type=Path)
    command.add_argument("folder", type=Path)
    command.set_defaults(
        run=lambda arguments: configure(_settings(arguments.settings), arguments.folder)
    )
    command = commands.add_parser("sentences", help="print the sentences to record")
    command.add_argument("language")
    command.set_defaults(run=lambda arguments: print_sentences(arguments.language))
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def serve(settings: SipSettings) -> None:
    """Answer Asterisk until the process is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    boto3.setup_default_session(region_name=settings.region)
    calls = SipCalls(_switchboard(settings), region=settings.region)
    ended = EndedCalls(Path(settings.ended_calls), calls.end)
    with FastAgi(settings.agi_port, calls, ended) as server:
        Thread(target=ended.watch, daemon=True).start()
        server.serve_forever()


def configure(settings: SipSettings, folder: Path) -> None:
    """Write Asterisk's configuration."""
    for name, content in configuration(settings).items():
        (folder / name).write_text(content, encoding="utf-8")


def print_sentences(language: str) -> None:
    """Print a line for each recording: its name, a tab, and the sentence."""
    sentences = announcements(language)
    sys.stdout.writelines(f"{announcement(one)}\t{sentences[one]}\n" for one in CAUSES)


def _switchboard(settings: SipSettings) -> Switchboard:
    return switchboard_on(
        Table(boto3.client("dynamodb", config=_CONFIG), settings.table),
        Metrics(_NAME, write=partial(print, flush=True)),
        call_limit=settings.call_limit,
        event_bus=settings.event_bus,
    )


def _settings(file: Path) -> SipSettings:
    try:
        return SipSettings.read(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        msg = f"{file}: {error}"
        raise ValueError(msg) from error


if __name__ == "__main__":
    main()
