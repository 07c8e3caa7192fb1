"""Removes phone numbers, and the secret part of web addresses, from any text that leaves the handler."""

import re

# A plus sign, literal or percent-encoded, and seven digits or more: E.164 in any of its spellings.
_PHONE_NUMBER = re.compile(r"(?:\+|%2[Bb])[ .-]?[0-9](?:[ ().-]{0,2}[0-9]){6,14}")
_QUERY = re.compile(r"(https?://[^\s?\"'\\]+)\?[^\s\"'\\]*")
_DIGITS_OF_NO_NUMBER = (
    r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:",
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+)?",
    r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b",
    r"(?<=[A-Za-z_])[0-9]{7,9}(?![0-9])|\b[0-9]{7,9}(?=[A-Za-z_])",  # a function's name
)
_ANY_NUMBER = re.compile(
    rf"({'|'.join(_DIGITS_OF_NO_NUMBER)})|\(?[0-9](?:[ ().-]{{0,2}}[0-9]){{6,}}"
)


def redact(text: str) -> str:
    """Replace phone numbers with their plus sign, and cut the query off every web address.

    A presigned ResponseURL has its secret in the query: its holder can answer CloudFormation.

    Example: `call +14015550101` becomes `call [phone number]`.
    """
    return _QUERY.sub(r"\1?[redacted]", _PHONE_NUMBER.sub("[phone number]", text))


def redact_foreign(text: str) -> str:
    """Redact a text of the API's, which may spell a phone number in any way.

    ARNs' accounts, UUIDs, times, IP addresses and names with digits stay readable.

    Example: `(401) 555-0101 is busy` becomes `[number] is busy`.
    """
    return _ANY_NUMBER.sub(lambda match: match[1] or "[number]", redact(text))
