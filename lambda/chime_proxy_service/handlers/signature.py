"""Checks the signature of a carrier's request by the carrier's own package."""

import time
from collections.abc import Callable, Mapping

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

_SECONDS_BETWEEN_READS = 60.0


class Signature:
    """Checks signatures by a secret that may be exchanged at any time.

    The secret is read at the first request. When a signature is wrong it is read again, at most
    once a minute.

    Args:
        read_secret: returns the secret.
        now: seconds since some moment.
    """

    def __init__(
        self, read_secret: Callable[[], str], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read_secret = read_secret
        self._now = now
        self._secret = ""
        self._read_at = -_SECONDS_BETWEEN_READS

    def is_valid(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Return True if the carrier signed a request.

        Args:
            url: the exact address that the carrier asked, with the query.
            form: the parameters of the body.
            headers: by lower-case name.
        """
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER.lower()))
        signature = headers.get(SIGNATURE_HEADER.lower(), "")
        # The package would log the name of another algorithm, which anybody may have written.
        if not signature or algorithm.upper() not in (HMAC_SHA1, HMAC_SHA256):
            return False

        def is_signed() -> bool:
            validator = RequestValidator(self._secret)
            return bool(validator.validate(url, dict(form), signature, algorithm))

        if self._secret and is_signed():
            return True
        return self._has_read_again() and is_signed()

    def _has_read_again(self) -> bool:
        now = self._now()
        if now - self._read_at < _SECONDS_BETWEEN_READS:
            return False
        self._secret, self._read_at = self._read_secret(), now
        return bool(self._secret)
