"""A chart over a day: grid, lines or stacked areas, legend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from tools.dashboard.sample import POINTS, Series

_STEPS = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of the chart's area."""

    left: float
    top: float
    right: float
    bottom: float

    def x(self, share: float) -> float:
        """The place of a share of the time."""
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        """The place of a share of the highest value."""
        return self.bottom - share * (self.bottom - self.top)


def grid(frame: Frame) -> Iterator[str]:
    """Horizontal lines, and the hours below."""
    for step in range(_STEPS + 1):
        y = frame.y(step / _STEPS)
        yield f'<path d="M{frame.left:g} {y:g} H{frame.right:g}" stroke="#eaeded"/>'
    for hour in range(0, 25, 4):
        yield _label(frame.x(hour / 24), frame.bottom + 16, f"{hour:02}:00", "middle")


def lines(
    frame: Frame,
    shown: Sequence[tuple[dict[str, Any], Series]],
    *,
    stacked: bool,
    at_right: bool = False,
) -> Iterator[str]:
    """Each series by the axis that it belongs to."""
    layers = _stacked([points for _, points in shown]) if stacked else [p for _, p in shown]
    top = _round(max(value for points in layers for value in points if not isnan(value)))
    yield from _axis(frame, top, at_right=at_right)
    floor: Series = [0.0] * POINTS
    for (drawn, _), points in zip(shown, layers, strict=True):
        line = _path(frame, points, top)
        if stacked:
            back = _path(frame, floor, top, backwards=True)
            yield f'<path d="M{line} L{back} Z" fill="{drawn["color"]}" fill-opacity="0.7"/>'
            floor = points
        else:
            yield f'<path d="M{line}" fill="none" stroke="{drawn["color"]}" stroke-width="2"/>'


def legend(drawn: Sequence[dict[str, Any]], x: float, y: float) -> Iterator[str]:
    """The name of each colour."""
    for each in drawn:
        yield f'<rect x="{x:g}" y="{y - 10:g}" width="12" height="12" fill="{each["color"]}"/>'
        yield _label(x + 17, y, each["label"], "start")
        x += 30 + 6.3 * len(each["label"])


def _axis(frame: Frame, top: float, *, at_right: bool) -> Iterator[str]:
    x, anchor = (frame.right + 8, "start") if at_right else (frame.left - 8, "end")
    for step in range(_STEPS + 1):
        yield _label(x, frame.y(step / _STEPS) + 4, f"{top * step / _STEPS:g}", anchor)


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="small" text-anchor="{anchor}">{words}</text>'


def _path(frame: Frame, points: Series, top: float, *, backwards: bool = False) -> str:
    places = [
        f"{frame.x(place / (POINTS - 1)):.1f} {frame.y(value / top):.1f}"
        for place, value in enumerate(points)
        if not isnan(value)
    ]
    return " L".join(reversed(places) if backwards else places)


def _stacked(layers: Sequence[Series]) -> list[Series]:
    summed = [list(layers[0])]
    for layer in layers[1:]:
        summed.append([below + value for below, value in zip(summed[-1], layer, strict=True)])
    return summed


def _round(value: float) -> float:
    """Round up to a value that divides into even steps."""
    steps = (4, 8, 12, 16, 20, 40, 80, 200, 400, 800, 1200, 1600, 2000, 4000)
    return next(step for step in steps if value <= step)
