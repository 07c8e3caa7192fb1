"""The proxy configuration of a voice connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConfiguration:
    """All settings of PutVoiceConnectorProxy.

    Args:
        default_session_expiry_minutes: the expiry of sessions created without one.
        phone_number_countries: the ISO codes of the countries to take proxy numbers from.
        disabled: refuse new sessions; existing ones go on.
        fall_back_phone_number: the E.164 number to call after a session has closed. None: the
            call is refused.
    """

    default_session_expiry_minutes: int
    phone_number_countries: tuple[str, ...]
    disabled: bool = False
    fall_back_phone_number: str | None = None
