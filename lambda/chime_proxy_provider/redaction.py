"""Nothing that leaves the handler as text holds a phone number or the secret part of an address."""

import re

# A plus sign, literal or percent-encoded, and seven digits or more: E.164 in any of its spellings.
_PHONE_NUMBER = re.compile(r"(?:\+|%2[Bb])[ .-]?[0-9](?:[ ().-]{0,2}[0-9]){6,14}")
_ARN_OR_LONG_NUMBER = re.compile(r"(arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:)|[0-9]{7,}")
_QUERY = re.compile(r"(https?://[^\s?\"'\\]+)\?[^\s\"'\\]*")


def redact(text: str) -> str:
    """The text with phone numbers replaced and the query of every web address cut off.

    A presigned ResponseURL is a secret in its query: whoever has it can answer CloudFormation.
    """
    return _QUERY.sub(r"\1?[redacted]", _PHONE_NUMBER.sub("[phone number]", text))


def redact_foreign(text: str) -> str:
    """A text of somebody else's, redacted, and every long number replaced but an ARN's account.

    The API may spell a phone number without its plus sign.
    """
    return _ARN_OR_LONG_NUMBER.sub(lambda match: match[1] or "[number]", redact(text))
