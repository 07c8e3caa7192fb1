import pytest

from chime_proxy._command.columns import columns

ROWS = [
    ("KEY", "SESSION", "STATUS"),
    ("ride-[7]", "c6b002df-b5b2-5cbd-975f-4181297a0872", "Unknown: the endpoint cannot be reached"),
    (":ok:", "-", "-"),
]


def test_columns_of_a_file_are_not_folded() -> None:
    """Without a width each row is one line with its whole cells, which have no markup."""
    lines = columns(ROWS, None)

    assert [[cell.strip() for cell in line.split("  ") if cell] for line in lines] == [
        list(row) for row in ROWS
    ]
    assert len({line.index("S") for line in lines[:1]} | {lines[1].index("c6b0")}) == 1


@pytest.mark.parametrize("width", [40, 80])
def test_columns_fit_the_terminal(width: int) -> None:
    """No line is longer than the terminal is wide, and nothing is cut off."""
    lines = columns(ROWS, width)

    assert max(map(len, lines)) <= width
    shown, wanted = ("".join("".join(part).split()) for part in (lines, map("".join, ROWS)))
    assert sorted(shown) == sorted(wanted)


def test_no_rows_are_no_lines() -> None:
    """Without a row there is nothing to print."""
    assert columns([], 80) == []
