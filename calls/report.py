"""The page that a run writes: its figures, and what each side of each call received."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.telephony.carrier import Field, Received

_SHOWN = ("First line", "From", "P-Asserted-Identity", "Remote-Party-ID", "Contact", "Sentence")


@dataclass
class Report:
    """A page in Markdown.

    Args:
        file: the page.
    """

    file: Path
    _sections: dict[str, list[str]] = field(default_factory=dict)

    def add(self, section: str, lines: Iterable[str]) -> None:
        """Add lines to a section."""
        self._sections.setdefault(section, []).extend(lines)

    def add_table(
        self, section: str, head: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Add rows to a section's table."""
        if _row(head) not in self._sections.get(section, ()):
            self.add(section, [_row(head), _row(["---"] * len(head))])
        self.add(section, map(_row, rows))

    def witness(self, title: str, received: Received) -> None:
        """Add what each side of a call has received."""
        lines = [f"### {title}", ""]
        for number, fields in received.items():
            names = sorted({name for name, _ in fields})
            lines += [
                f"{number} received the fields {', '.join(names)}; among them:",
                "",
                "```text",
            ]
            lines += _shown(fields)
            lines += ["```", ""]
        self.add("Who saw what", lines)

    def write(self) -> None:
        """Write the page."""
        parts = ["# Real calls", "", "Made by `make calls`. All numbers are reserved for fiction."]
        for title, lines in self._sections.items():
            parts += ["", f"## {title}", "", *lines]
        self.file.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _shown(fields: Sequence[Field]) -> list[str]:
    return list(dict.fromkeys(f"{name}: {value}" for name, value in fields if name in _SHOWN))


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
