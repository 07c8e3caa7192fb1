"""Where a run leaves its results."""

from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
