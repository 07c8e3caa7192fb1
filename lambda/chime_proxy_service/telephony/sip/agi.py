"""Reads and writes the few lines of Asterisk's gateway interface (AGI) for a decision.

Asterisk opens a connection and sends ``agi_name: value`` lines up to an empty one. Each command is
a line, and so is its answer, which begins with ``200`` if the command was carried out.
"""

from collections.abc import Iterable, Mapping

_PREFIX = "agi_"


def fields_of(lines: Iterable[str]) -> Mapping[str, str]:
    """Return Asterisk's fields before the empty line, without ``agi_``.

    ``["agi_callerid: +14155550142", ""]`` becomes ``{"callerid": "+14155550142"}``.
    """
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.strip().partition(": ")
        if not name:
            break
        found[name.removeprefix(_PREFIX)] = value
    return found


def set_variable(name: str, value: str) -> str:
    """Return the command to set a variable of the channel.

    Args:
        name: the variable's.
        value: a number, a name or an id; no quotes or backslashes.
    """
    return f'SET VARIABLE {name} "{value}"\n'


def is_success(answer: str) -> bool:
    """Return True if Asterisk has carried out the command."""
    return answer.startswith("200 ")
