"""The number that somebody looks for."""

import re

_PUNCTUATION = re.compile(r"[\s().-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def parse_number(text: str) -> str:
    """Return a phone number without blanks and punctuation.

    Raises:
        ValueError: it is not in E.164 format. The message does not contain it.
    """
    number = _PUNCTUATION.sub("", text)
    if not _E164.fullmatch(number):
        msg = "The number must be in E.164 format: a plus sign, the country code and the rest."
        raise ValueError(msg)
    return number
