"""Draw the dashboard from its definition: `python -m tools.dashboard [FILE]`."""

import sys
from pathlib import Path

from tools.dashboard.definition import widgets
from tools.dashboard.picture import picture

_BANNER = "Sample data: ProxySessionDashboard drawn from its definition, with a made-up day"

if __name__ == "__main__":
    default = Path(__file__).parents[2] / "docs" / "dashboard.svg"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    target.write_text(picture(widgets(), _BANNER), encoding="utf-8")
