"""Masked phone sessions as infrastructure.

`ProxySession` puts two participants behind one proxy phone number; `ProxySessionProvider` is the
function that creates, updates and deletes such sessions for CloudFormation, and
`ProxySessionDashboard` shows what becomes of them.
"""

from chime_proxy._options import (
    Capability,
    GeoMatch,
    GeoMatchLevel,
    NumberSelection,
    RefusedDeletion,
)
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.dashboard import ProxySessionDashboard
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resources.proxy_session import Participant, ProxySession
from chime_proxy._resources.session_reference import IProxySession
from chime_proxy._resources.voice_connector_proxy import VoiceConnectorProxy
from chime_proxy._sessions_file.construct import SessionsFile

__all__ = [
    "Capability",
    "GeoMatch",
    "GeoMatchLevel",
    "IProxySession",
    "NumberSelection",
    "Participant",
    "PhoneNumber",
    "ProxySession",
    "ProxySessionDashboard",
    "ProxySessionProvider",
    "RefusedDeletion",
    "SessionsFile",
    "VoiceConnectorProxy",
]
