"""Writes phone numbers for the page."""

import re

_NO_BREAK_SPACE = "\u00a0"
_DOT = "\u2022"
_VISIBLE_DIGITS = 2


def shown(phone_number: str) -> str:
    """Write a number in full; one of country code 1 in its groups."""
    groups = re.fullmatch(r"(\+1)(\d{3})(\d{3})(\d{4})", phone_number)
    return _NO_BREAK_SPACE.join(groups.groups()) if groups else phone_number


def masked(phone_number: str) -> str:
    """Write a number with dots for all of its digits but the last two."""
    text = shown(phone_number)
    hidden, seen = text[:-_VISIBLE_DIGITS], text[-_VISIBLE_DIGITS:]
    return re.sub(r"\d", _DOT, hidden) + seen
