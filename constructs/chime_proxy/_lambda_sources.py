"""The folder of what runs in Lambda."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_lambda"
LAMBDA = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parents[1] / "lambda"
"""The source root of what runs in Lambda: inside the wheel, or beside `constructs/`."""
