"""The proxy configuration of a voice connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConfiguration:
    """What PutVoiceConnectorProxy sets, all of it at once.

    `default_session_expiry_minutes` is for sessions that name no expiry of their own, and
    `phone_number_countries` are the ISO countries that proxy numbers are taken from.
    """

    default_session_expiry_minutes: int
    phone_number_countries: tuple[str, ...]
    disabled: bool = False
    fall_back_phone_number: str | None = None
