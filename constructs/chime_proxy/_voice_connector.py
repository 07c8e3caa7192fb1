"""The id of a voice connector, from whatever a CDK app has in hand."""

from typing import TypeAlias

from aws_cdk import Fn
from aws_cdk.aws_chime import CfnVoiceConnector
from aws_cdk.interfaces.aws_chime import IVoiceConnectorRef

VoiceConnector: TypeAlias = str | CfnVoiceConnector | IVoiceConnectorRef


def voice_connector_id(voice_connector: VoiceConnector) -> str:
    """The id that the API wants: `Ref` of `AWS::Chime::VoiceConnector` is the ARN."""
    if isinstance(voice_connector, str):
        return voice_connector
    if isinstance(voice_connector, CfnVoiceConnector):
        return voice_connector.attr_voice_connector_id
    return Fn.select(1, Fn.split("vc/", voice_connector.voice_connector_ref.voice_connector_arn))
