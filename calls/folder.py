"""The folder of what `make calls` installs and writes."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".calls"
ASTERISK = FOLDER / "asterisk"
CLOUD = FOLDER / "cloud"
REPORT = FOLDER / "report.md"
