"""Widgets as SVG, roughly as CloudWatch's console draws them."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tools.dashboard import chart, sample

_UNIT = 50
_GAP = 8
_MARGIN = 20
_BANNER = 44
_STYLE = (
    "text{font-family:'Amazon Ember','Helvetica Neue',Arial,sans-serif;fill:#16191f}"
    ".small{font-size:12px;fill:#545b64}.title{font-size:15px;font-weight:bold}"
    ".code{font-family:Menlo,Consolas,monospace;font-size:12px}"
)


def picture(widgets: Sequence[dict[str, Any]], banner: str) -> str:
    """Draw all widgets in their places, below a line that says that the data is made up."""
    width = max(widget["x"] + widget["width"] for widget in widgets) * _UNIT + 2 * _MARGIN
    height = max(widget["y"] + widget["height"] for widget in widgets) * _UNIT
    height += _BANNER + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(banner)}</title><style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#eaeded"/>',
        f'<rect width="{width}" height="{_BANNER}" fill="#fdf3d1"/>',
        text(_MARGIN, 28, banner, "title"),
        *(_card(widget) for widget in widgets),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def text(x: float, y: float, words: str, kind: str = "small", more: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}"{more}>{escape(words)}</text>'


def _card(widget: dict[str, Any]) -> str:
    x = _MARGIN + widget["x"] * _UNIT
    y = _MARGIN + _BANNER + widget["y"] * _UNIT
    width, height = widget["width"] * _UNIT - _GAP, widget["height"] * _UNIT - _GAP
    properties = widget["properties"]
    draw = _PAINTERS[properties.get("view", widget["type"])]
    return "\n".join(
        [
            f'<g transform="translate({x} {y})">',
            f'<rect width="{width}" height="{height}" rx="4" fill="#fff" stroke="#d5dbdb"/>',
            *([text(16, 26, properties["title"], "title")] if "title" in properties else []),
            *draw(properties, width, height),
            "</g>",
        ]
    )


def _markdown(properties: dict[str, Any], _width: float, _height: float) -> Iterable[str]:
    heading, *lines = properties["markdown"].split("\n")
    yield text(16, 36, heading.lstrip("# "), "title", ' style="font-size:22px"')
    for place, line in enumerate(lines):
        yield text(16, 64 + 18 * place, line.replace("`", ""))


def _single_values(properties: dict[str, Any], width: float, _height: float) -> Iterable[str]:
    shown = sample.series(properties["metrics"])
    for place, (drawn, points) in enumerate(shown):
        x = 16 + place * width / len(shown)
        size = ' style="font-size:38px"'
        yield text(x, 88, f"{sum(points):g}", "title", size)
        yield f'<rect x="{x:g}" y="106" width="12" height="12" fill="{drawn["color"]}"/>'
        yield text(x + 18, 117, drawn["label"])


def _time_series(properties: dict[str, Any], width: float, height: float) -> Iterable[str]:
    shown = sample.series(properties["metrics"])
    left = [line for line in shown if line[0].get("yAxis", "left") == "left"]
    right = [line for line in shown if line[0].get("yAxis") == "right"]
    frame = chart.Frame(left=52, top=44, right=width - (52 if right else 16), bottom=height - 56)
    yield from chart.grid(frame)
    yield from chart.lines(frame, left, stacked=properties["stacked"])
    if right:
        yield from chart.lines(frame, right, stacked=False, at_right=True)
    yield from chart.legend([drawn for drawn, _ in shown], 16, height - 16)


def _table(properties: dict[str, Any], width: float, _height: float) -> Iterable[str]:
    (displayed,) = re.findall(r"display (.*)", properties["query"])
    fields = displayed.split(", ")
    shares = (0.0, 0.08, 0.21, 0.29, 0.40, 0.48, 0.85)
    for place, row in enumerate([fields, *sample.log(fields)]):
        y = 60 + 34 * place
        for share, cell in zip(shares, row, strict=True):
            yield text(16 + share * (width - 32), y, cell, "small" if place == 0 else "code")
        yield f'<path d="M16 {y + 12} H{width - 16}" stroke="#eaeded"/>'


_PAINTERS: dict[str, Callable[[dict[str, Any], float, float], Iterable[str]]] = {
    "text": _markdown,
    "singleValue": _single_values,
    "timeSeries": _time_series,
    "table": _table,
}
