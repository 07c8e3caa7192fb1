"""Plots as SVG: lines over a logarithmic axis, and bars, drawn from plain numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 640, 320, 70, 40, 150, 45
_COLOURS = ("#0b6e4f", "#888888", "#c44536", "#e09f3e", "#335c81")


@dataclass(frozen=True, slots=True)
class Line:
    """The points of one line, smallest x first."""

    name: str
    points: Sequence[tuple[float, float]]


def lines(title: str, x_title: str, y_title: str, drawn: Sequence[Line]) -> str:
    """A plot of lines, both axes logarithmic."""
    xs = [log10(x) for line in drawn for x, _ in line.points]
    ys = [log10(y) for line in drawn for _, y in line.points]
    x_axis, y_axis = (
        _Axis.around(xs, _LEFT, _WIDTH - _RIGHT),
        _Axis.around(ys, _HEIGHT - _BOTTOM, _TOP),
    )
    return _svg(title, x_title, y_title, _line_marks(x_axis, y_axis, drawn))


def bars(title: str, y_title: str, values: dict[str, float]) -> str:
    """A plot of bars from zero."""
    axis = _Axis(0, max(values.values()) * 1.1, _HEIGHT - _BOTTOM, _TOP)
    step = (_WIDTH - _LEFT - 20) / len(values)
    marks = (
        mark
        for place, (name, value) in enumerate(values.items())
        for mark in _bar(_LEFT + place * step, step, axis.at(value), name, value)
    )
    return _svg(title, "", y_title, marks)


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], start: float, end: float) -> "_Axis":
        low, high = min(values), max(values)
        return cls(low - 0.1, max(high, low + 1) + 0.1, start, end)

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def powers(self) -> Iterator[int]:
        return (power for power in range(-6, 9) if self.low <= power <= self.high)


def _line_marks(x_axis: _Axis, y_axis: _Axis, drawn: Sequence[Line]) -> Iterator[str]:
    for power in x_axis.powers():
        yield _text(x_axis.at(power), _HEIGHT - _BOTTOM + 16, f"{10.0**power:g}", "middle")
    for power in y_axis.powers():
        yield _rule(y_axis.at(power))
        yield _text(_LEFT - 6, y_axis.at(power) + 4, f"{10.0**power:g}", "end")
    for place, line in enumerate(drawn):
        colour = _COLOURS[place % len(_COLOURS)]
        places = [(x_axis.at(log10(x)), y_axis.at(log10(y))) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
        yield _text(_WIDTH - _RIGHT + 10, _TOP + 18 * place, line.name, "start", colour)


def _bar(left: float, step: float, top: float, name: str, value: float) -> Iterator[str]:
    height, middle = _HEIGHT - _BOTTOM - top, left + step / 2
    yield (
        f'<rect x="{left + step * 0.15:.1f}" y="{top:.1f}" width="{step * 0.7:.1f}" '
        f'height="{height:.1f}" fill="{_COLOURS[0 if name.startswith("provider") else 1]}"/>'
    )
    yield _text(middle, top - 5, f"{value:g}", "middle")
    yield _text(middle, _HEIGHT - _BOTTOM + 16, name, "middle")


def _svg(title: str, x_title: str, y_title: str, marks: Iterator[str]) -> str:
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg"',
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(_LEFT, 20, title, "start", "black"),
        _text(_LEFT, _HEIGHT - 8, x_title, "start"),
        _text(_LEFT, 34, y_title, "start"),
        _rule(_HEIGHT - _BOTTOM),
        *marks,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rule(y: float) -> str:
    return f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 20}" stroke="#ccc"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#444") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(text)}</text>"
