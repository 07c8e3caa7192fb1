"""Makes Asterisk's configuration from the settings of a host."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from chime_proxy_service.contact import Outcome, Refusal
from chime_proxy_service.telephony.announcements import Occasion
from chime_proxy_service.telephony.sip.calls import announcement
from chime_proxy_service.telephony.sip.settings import SipSettings, Transport
from chime_proxy_service.telephony.switchboard import RING_TIME

_TEMPLATES = Path(__file__).parent / "templates"

CAUSES: Mapping[Occasion, int] = {
    Refusal.UNKNOWN: 1,
    Refusal.CLOSED: 22,
    Refusal.NOT_CARRIED: 21,
    Refusal.BUSY: 17,
    Refusal.ENDED: 21,
    Refusal.UNAVAILABLE: 42,
    Outcome.NO_ANSWER: 19,
    Outcome.FAILED: 38,
}
"""The Q.850 causes, which Asterisk turns into 404, 410, 403, 486, 403, 503, 480 and 500."""


class _ConfigurationTemplate(Template):
    """A template with ``%{name}``, since ``${name}`` is Asterisk's own."""

    delimiter = "%"


def configuration(settings: SipSettings) -> Mapping[str, str]:
    """Return the files of Asterisk's configuration by name."""
    values = {
        "address": settings.address,
        "agi_port": settings.agi_port,
        "announcements": settings.announcements,
        "call_limit": int(settings.call_limit.total_seconds()),
        "ended_calls": settings.ended_calls,
        "first_rtp_port": settings.rtp_ports[0],
        "last_rtp_port": settings.rtp_ports[1],
        "matches": "\n".join(f"match={one}" for one in settings.trunk_addresses),
        "media_encryption": "sdes" if settings.transport is Transport.TLS else "no",
        "port": settings.port,
        "public_address": settings.public_address or settings.address,
        "refusals": "\n".join(_refusal(*one) for one in CAUSES.items()),
        "ring_time": int(RING_TIME.total_seconds()),
        "tls": _tls(settings),
        "transport": settings.transport,
        "trunk": settings.trunk,
    }
    return {
        path.name: _ConfigurationTemplate(path.read_text(encoding="utf-8")).substitute(values)
        for path in sorted(_TEMPLATES.glob("*.conf"))
    }


def _refusal(occasion: Occasion, cause: int) -> str:
    name = announcement(occasion)
    return f"exten => {name},1,Gosub(announcement,s,1({name},{cause}))"


def _tls(settings: SipSettings) -> str:
    if settings.transport is not Transport.TLS:
        return ""
    return (
        f"method=tlsv1_2\ncert_file={settings.certificate}\npriv_key_file={settings.private_key}\n"
        f"ca_list_file={settings.trunk_authorities}\nverify_server=yes\n"
    )
