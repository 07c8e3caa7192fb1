"""A host's settings, and Asterisk's side of a question over FastAGI."""

import socket
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "region": "us-east-1",
    "table": "sessions",
    "trunk": "trunk.example:5060",
    "trunk_addresses": ["192.0.2.0/24", "198.51.100.7"],
    "transport": "udp",
    "address": "10.0.0.5",
    "port": 5060,
    "rtp_ports": [10000, 19999],
    "announcements": "/var/lib/chime-proxy/announcements",
    "ended_calls": "/var/spool/chime-proxy",
}
TLS: dict[str, Any] = SETTINGS | {
    "transport": "tls",
    "certificate": "/etc/chime-proxy/host.pem",
    "private_key": "/etc/chime-proxy/host.key",
    "trunk_authorities": "/etc/chime-proxy/trunk.pem",
    "public_address": "203.0.113.9",
}


def lines_of(settings: dict[str, Any]) -> str:
    """Write settings as a TOML file."""
    return "".join(f"{name} = {value!r}\n" for name, value in settings.items())


def ask(
    port: int, sender: str, number: str, *, call_id: str = "1767225600.4", takes: bool = True
) -> dict[str, str]:
    """Ask as Asterisk does; the variables that it is told to set.

    Args:
        port: that of the process.
        sender: the caller.
        number: the number called.
        call_id: the channel's id.
        takes: False for an Asterisk that fails after the first command.
    """
    request = f"agi_network: yes\nagi_uniqueid: {call_id}\nagi_callerid: {sender}\n"
    found: dict[str, str] = {}
    with socket.create_connection(("127.0.0.1", port)) as asterisk, asterisk.makefile("rw") as told:
        told.write(f"{request}agi_extension: {number}\n\n")
        told.flush()
        for line in told:
            _, _, name, value = line.strip().split(" ", 3)
            if not takes:
                break
            found[name] = value.strip('"')
            told.write("200 result=1\n")
            told.flush()
    return found


def ends_in(folder: Path) -> list[str]:
    """The ends of calls that are not recorded."""
    return [path.read_text() for path in sorted(folder.iterdir())]
