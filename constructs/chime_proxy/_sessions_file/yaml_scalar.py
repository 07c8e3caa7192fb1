"""Read the values of a YAML file; accept those all YAML readers agree on."""

import re

import yaml

# Numbers of YAML 1.2; PyYAML follows YAML 1.1 and takes some of them for text.
_NUMBER = re.compile(
    r"(?:[-+]_*)?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7_]+|0x[0-9a-fA-F_]+"
)
_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TEXT = "tag:yaml.org,2002:str"
_RESOLVER = yaml.resolver.Resolver()


class Unquoted:
    """An unquoted value read as a number, a time or a boolean by some readers, as text by others.

    Examples are `+14015550101`, `yes`, `010`, `1e3` and `1:30`.
    """


def scalar(event: yaml.ScalarEvent) -> str | int | bool | Unquoted | None:
    """Convert a scalar of a file to its value."""
    text = str(event.value)
    if not event.implicit[0] or _is_text(text):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _INTEGER.fullmatch(text) else Unquoted()


def _is_text(text: str) -> bool:
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return str(tag) == _TEXT and not _NUMBER.fullmatch(text)
