"""`Custom::ChimeVoiceConnectorProxy`: a voice connector's proxy configuration."""
