"""The folder of what `make calls` installs and writes."""

from local.folder import ROOT

FOLDER = ROOT / ".calls"
ASTERISK = FOLDER / "asterisk"
CLOUD = FOLDER / "cloud"
REPORT = FOLDER / "report.md"
