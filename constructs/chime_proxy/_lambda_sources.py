"""Finds the sources of the Lambda functions."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_lambda"
LAMBDA = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parents[1] / "lambda"
"""Their source root: inside the wheel, or beside `constructs/`."""
