"""Reads the settings of a host with a SIP trunk from a TOML file's content."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any, Self

from chime_proxy_service.session import DEFAULT_CALL_LIMIT

_MOST_MINUTES = 720
_PORTS = range(1, 65536)
_TRUNK = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5}")
_PATH = re.compile(r"/[A-Za-z0-9/._-]+")


class Transport(StrEnum):
    """The transport of SIP. With `tls`, the audio is encrypted as well, by SRTP."""

    TLS = "tls"
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """The settings of a host, under the names of the file.

    Args:
        region: the AWS region of the sessions.
        table: the name of the service's table.
        trunk: the host and port for calls to participants, such as ``trunk.example:5061``.
        trunk_addresses: the addresses or networks of the trunk. Calls from others are refused.
        transport: `tls`, `tcp` or `udp`.
        address: the IP address of Asterisk.
        port: its SIP port.
        public_address: its address as seen by the trunk, if it is another one, as behind NAT.
        rtp_ports: the first and the last UDP port for audio.
        certificate: the file with the host's certificate, for `tls`.
        private_key: the file with the certificate's key, for `tls`.
        trunk_authorities: the file with the authorities behind the trunk's certificate, for `tls`.
        announcements: the folder of the recorded sentences.
        ended_calls: the folder for the ends of calls until they are recorded.
        agi_port: the port of 127.0.0.1 for Asterisk's questions. Default: 4573, FastAGI's.
        call_limit_minutes: the time after which a call is cut and counts as ended; 1 to 720.
            Default: 4 hours.
        event_bus: the name of the bus of events. Default: none are sent.
    """

    region: str
    table: str
    trunk: str
    trunk_addresses: tuple[str, ...]
    transport: Transport
    address: str
    port: int
    public_address: str = ""
    rtp_ports: tuple[int, ...]
    certificate: str = ""
    private_key: str = ""
    trunk_authorities: str = ""
    announcements: str
    ended_calls: str
    agi_port: int = 4573
    call_limit_minutes: int = DEFAULT_CALL_LIMIT // timedelta(minutes=1)
    event_bus: str = ""

    @property
    def call_limit(self) -> timedelta:
        """The time after which a call is cut and counts as ended."""
        return timedelta(minutes=self.call_limit_minutes)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Read the settings of a parsed file.

        Raises:
            ValueError: a setting is missing, unknown or wrong; the message names all of them.
        """
        problems = _problems(cls, content)
        if problems:
            raise ValueError("\n".join(problems))
        lists = {name: tuple(content[name]) for name in ("trunk_addresses", "rtp_ports")}
        return cls(**{**content, **lists, "transport": Transport(content["transport"])})


def _problems(settings: type[SipSettings], content: Mapping[str, Any]) -> list[str]:
    known = {one.name: one for one in fields(settings)}
    required = [name for name, one in known.items() if one.default is MISSING]
    problems = [f"{name} is missing" for name in required if name not in content]
    problems += [f"{name} is no setting; use {', '.join(known)}" for name in {*content} - {*known}]
    if content.get("transport") == Transport.TLS:
        files = ("certificate", "private_key", "trunk_authorities")
        problems += [
            f"{name} is needed with transport tls" for name in files if name not in content
        ]
    checked = ((name, _CHECKS[name]) for name in known if name in content)
    return problems + [
        f"{name} must be {allowed}"
        for name, (allowed, is_right) in checked
        if not is_right(content[name])
    ]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() == value != ""


def _is_path(value: object) -> bool:
    return isinstance(value, str) and _PATH.fullmatch(value) is not None


def _is_trunk(value: object) -> bool:
    return isinstance(value, str) and _TRUNK.fullmatch(value) is not None


def _is_port(value: object) -> bool:
    return type(value) is int and value in _PORTS


def _is_port_range(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == len(("first", "last"))
        and all(map(_is_port, value))
        and value[0] < value[1]
    )


def _is_limit(value: object) -> bool:
    return type(value) is int and 1 <= value <= _MOST_MINUTES


def _is_address(value: object) -> bool:
    return isinstance(value, str) and _parses(ip_address, value)


def _are_networks(value: object) -> bool:
    return (
        isinstance(value, list)
        and value != []
        and all(isinstance(one, str) and _parses(_small_network, one) for one in value)
    )


def _small_network(text: str) -> None:
    if ip_network(text).prefixlen == 0:
        msg = "All addresses of the Internet are no allowed addresses"
        raise ValueError(msg)


def _parses(parse: Any, text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


_FILE = ("an absolute path of letters, digits and ./_-", _is_path)
_TEXT = ("a text that is not empty", _is_text)
_PORT = ("a port, 1 to 65535", _is_port)
_CHECKS = {
    "region": _TEXT,
    "table": _TEXT,
    "trunk": ("a host and a port, such as trunk.example:5061", _is_trunk),
    "trunk_addresses": (
        "a list of IP addresses or networks, such as 192.0.2.0/24, and not all of the Internet",
        _are_networks,
    ),
    "transport": ("tls, tcp or udp", lambda value: value in list(Transport)),
    "address": ("an IP address", _is_address),
    "port": _PORT,
    "public_address": ("an IP address", _is_address),
    "rtp_ports": ("a list of the first and the last port, such as [10000, 19999]", _is_port_range),
    "certificate": _FILE,
    "private_key": _FILE,
    "trunk_authorities": _FILE,
    "announcements": _FILE,
    "ended_calls": _FILE,
    "agi_port": _PORT,
    "call_limit_minutes": (f"1 to {_MOST_MINUTES}", _is_limit),
    "event_bus": _TEXT,
}
