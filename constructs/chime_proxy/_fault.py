"""What is wrong with a file, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, said without the values that stand there.

    Args:
        line: the line, counted from 1.
        text: what is wrong, and what may be there.
    """

    line: int
    text: str
