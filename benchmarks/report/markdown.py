"""Tables in Markdown, and the form of figures in them."""

from collections.abc import Iterable, Sequence

Row = Sequence[object]


def markdown(head: Row, rows: Iterable[Row]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def spread(quartiles: Sequence[float]) -> str:
    """A median, and the quartiles around it."""
    low, middle, high = quartiles
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"
