"""Masked phone sessions as infrastructure.

`ProxySession` puts two participants behind one proxy phone number. `ProxySessionProvider` is the
Lambda function that creates, updates and deletes such sessions for CloudFormation.
`ProxySessionService` is the API in one's own account. `ProxySessionDashboard` shows both.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chime_proxy._dashboard.construct import ProxySessionDashboard
    from chime_proxy._options import (
        Capability,
        GeoMatch,
        GeoMatchLevel,
        NumberSelection,
        RefusedDeletion,
    )
    from chime_proxy._phone_number import PhoneNumber
    from chime_proxy._provider.provider import ProxySessionProvider
    from chime_proxy._resources.proxy_session import Participant, ProxySession
    from chime_proxy._resources.session_reference import IProxySession
    from chime_proxy._resources.voice_connector_proxy import VoiceConnectorProxy
    from chime_proxy._service.reference import IProxySessionService
    from chime_proxy._service.service import ProxySessionService
    from chime_proxy._sessions_file.construct import SessionsFile
    from chime_proxy._telephony.connect import AmazonConnectCalls
    from chime_proxy._telephony.twiml import TwimlWebhook

__all__ = [
    "AmazonConnectCalls",
    "Capability",
    "GeoMatch",
    "GeoMatchLevel",
    "IProxySession",
    "IProxySessionService",
    "NumberSelection",
    "Participant",
    "PhoneNumber",
    "ProxySession",
    "ProxySessionDashboard",
    "ProxySessionProvider",
    "ProxySessionService",
    "RefusedDeletion",
    "SessionsFile",
    "TwimlWebhook",
    "VoiceConnectorProxy",
]

_MODULES = {
    "AmazonConnectCalls": "_telephony.connect",
    "Capability": "_options",
    "GeoMatch": "_options",
    "GeoMatchLevel": "_options",
    "IProxySession": "_resources.session_reference",
    "IProxySessionService": "_service.reference",
    "NumberSelection": "_options",
    "Participant": "_resources.proxy_session",
    "PhoneNumber": "_phone_number",
    "ProxySession": "_resources.proxy_session",
    "ProxySessionDashboard": "_dashboard.construct",
    "ProxySessionProvider": "_provider.provider",
    "ProxySessionService": "_service.service",
    "RefusedDeletion": "_options",
    "SessionsFile": "_sessions_file.construct",
    "TwimlWebhook": "_telephony.twiml",
    "VoiceConnectorProxy": "_resources.voice_connector_proxy",
}

# Type checkers read the imports above; with __getattr__ they would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is used: CDK starts Node, which the commands do without."""
        if name not in _MODULES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

    def __dir__() -> list[str]:
        """List the public names, imported or not."""
        return sorted({*globals(), *__all__})
