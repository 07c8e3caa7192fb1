"""Sessions for tests of stores."""

from datetime import UTC, datetime, timedelta

from chime_proxy_service.session import Capability, Connector, ProxySession, SessionKey, Status

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = "+12125550100"


def new_session(
    connector: Connector, session_id: str, first: str, second: str, begin: datetime = NOW
) -> ProxySession:
    """Make a session of two participants that lasts an hour."""
    return ProxySession(
        key=SessionKey(connector, session_id),
        participants=(first, second),
        proxy_phone_number=NUMBER,
        capabilities=frozenset(Capability),
        expiry_minutes=60,
        status=Status.OPEN,
        created_at=begin,
        updated_at=begin,
        expires_at=begin + HOUR,
    )
