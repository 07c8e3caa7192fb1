import json

import pytest
from benchmarks.report.__main__ import documents
from benchmarks.results import RESULTS
from tests.folders import ROOT

DOCUMENTS = documents(json.loads(RESULTS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_page_is_of_the_results(name: str) -> None:
    """The tables and plots of the documentation are what the scripts make of the results there."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == DOCUMENTS[name]


def test_every_part_is_there() -> None:
    """The results are of one whole run, and every approach is in each of its parts."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    names = {"provider", "bare", "crhelper", "framework", "AwsCustomResource"}

    for part in ("start", "warm", "sizes"):
        assert results[part].keys() == names
    assert {row["approach"] for row in results["deploy"]} == names
    assert str(ROOT) not in json.dumps(results)
