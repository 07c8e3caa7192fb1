"""Warn of sessions whose voice connector has no proxy configuration."""

from weakref import WeakSet

import jsii
from aws_cdk import Annotations, Aspects, IAspect
from aws_cdk.aws_chime import CfnVoiceConnector
from constructs import Construct, IConstruct

from chime_proxy._resources.voice_connector import VoiceConnector, declared_connector

_WARNING_ID = "cdk-chime-proxy:noVoiceConnectorProxy"
_configured: WeakSet[CfnVoiceConnector] = WeakSet()


def note_configuration(voice_connector: VoiceConnector) -> None:
    """Note that a voice connector has a proxy configuration in its app."""
    connector = declared_connector(voice_connector)
    if connector is not None:
        _configured.add(connector)


def warn_without_configuration(session: Construct, voice_connector: VoiceConnector) -> None:
    """Warn at synthesis, by an id to acknowledge, if a declared connector has no configuration."""
    connector = declared_connector(voice_connector)
    if connector is not None:
        Aspects.of(session).add(_ConfigurationCheck(session, connector))


@jsii.implements(IAspect)
class _ConfigurationCheck:
    # An aspect runs once all constructs are there: the configuration may be one of the last.

    def __init__(self, session: Construct, connector: CfnVoiceConnector) -> None:
        self._session = session
        self._connector = connector

    def visit(self, node: IConstruct) -> None:
        if node is not self._session or self._connector in _configured:
            return
        Annotations.of(node).add_warning_v2(
            _WARNING_ID,
            f"{self._connector.node.path} has no VoiceConnectorProxy in the app: without a proxy "
            "configuration the session cannot be created. Add a VoiceConnectorProxy for it",
        )
