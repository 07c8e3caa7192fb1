"""Warn of sessions whose voice connector has no proxy configuration."""

from functools import cache
from typing import TYPE_CHECKING

import jsii
from aws_cdk import Annotations, Aspects, IAspect
from constructs import Construct, IConstruct

from chime_proxy._resources.voice_connector import VoiceConnector, declared_connector

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from aws_cdk.aws_chime import CfnVoiceConnector

_WARNING_ID = "cdk-chime-proxy:noVoiceConnectorProxy"


def note_configuration(voice_connector: VoiceConnector) -> None:
    """Note that a voice connector has a proxy configuration in its app."""
    connector = declared_connector(voice_connector)
    if connector is not None:
        _check_of(connector).is_configured = True


def warn_without_configuration(session: Construct, voice_connector: VoiceConnector) -> None:
    """Warn at synthesis, by an id to acknowledge, if a declared connector has no configuration."""
    connector = declared_connector(voice_connector)
    if connector is not None:
        _check_of(connector).sessions.append(session)


@cache
def _check_of(connector: "CfnVoiceConnector") -> "_ConfigurationCheck":
    check = _ConfigurationCheck(connector)
    Aspects.of(connector).add(check)
    return check


@jsii.implements(IAspect)
class _ConfigurationCheck:
    # An aspect runs once all constructs are there: the configuration may be one of the last. One of
    # the connector's runs once, where one of each session would call Python for each.

    def __init__(self, connector: "CfnVoiceConnector") -> None:
        self._connector = connector
        self.sessions: list[Construct] = []
        self.is_configured = False

    def visit(self, _node: IConstruct) -> None:
        sessions, self.sessions = self.sessions, []
        if self.is_configured or not sessions:
            return
        message = (
            f"{self._connector.node.path} has no VoiceConnectorProxy in the app: without a proxy "
            "configuration the session cannot be created. Add a VoiceConnectorProxy for it"
        )
        for session in sessions:
            Annotations.of(session).add_warning_v2(_WARNING_ID, message)
