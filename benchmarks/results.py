"""The file of a run's results."""

from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
