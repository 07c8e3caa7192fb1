"""The API calls of the handlers in Python. They turn CloudFormation's strings back into numbers."""

from typing import Any


def create(client: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """Create a session and return it."""
    return _session(
        client.create_proxy_session(
            VoiceConnectorId=properties["VoiceConnectorId"],
            ParticipantPhoneNumbers=properties["ParticipantPhoneNumbers"],
            **_changeable(properties),
        )
    )


def update(client: Any, properties: dict[str, Any], session_id: str) -> dict[str, Any]:
    """Change a session and return it."""
    return _session(
        client.update_proxy_session(
            VoiceConnectorId=properties["VoiceConnectorId"],
            ProxySessionId=session_id,
            **_changeable(properties),
        )
    )


def delete(client: Any, properties: dict[str, Any], session_id: str) -> None:
    """Delete a session."""
    client.delete_proxy_session(
        VoiceConnectorId=properties["VoiceConnectorId"], ProxySessionId=session_id
    )


def attributes(session: dict[str, Any]) -> dict[str, str]:
    """Return the attributes of a session."""
    return {"ProxyPhoneNumber": session["Participants"][0]["ProxyPhoneNumber"]}


def _session(answer: dict[str, Any]) -> dict[str, Any]:
    session: dict[str, Any] = answer["ProxySession"]
    return session


def _changeable(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "Capabilities": properties["Capabilities"],
        "ExpiryMinutes": int(properties["ExpiryMinutes"]),
    }
