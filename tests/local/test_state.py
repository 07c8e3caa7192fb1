import shutil
from pathlib import Path

import pytest
from tests.folders import ROOT

from chime_proxy_local.command.state import source_digest

SOURCES = ("local/chime_proxy_local", "lambda/chime_proxy_service")


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Copy what a cloud is made of."""
    for folder in SOURCES:
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return [tmp_path / folder for folder in SOURCES]


def test_change_of_any_source_is_noticed(sources: list[Path]) -> None:
    """Whatever file of the cloud or of the service is edited, the cloud is started anew."""
    unchanged = source_digest(sources)
    files = [file for folder in sources for file in folder.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} >= {".py", ".html", ".css", ".svg"}
    for file in files:
        before = file.read_bytes()
        file.write_bytes(before + b" ")
        assert source_digest(sources) != unchanged, file
        file.write_bytes(before)
    assert source_digest(sources) == unchanged


@pytest.mark.parametrize("package", range(len(SOURCES)))
def test_new_renamed_and_removed_sources_are_noticed(sources: list[Path], package: int) -> None:
    """A file that is added, renamed or removed is a change as well, of whatever kind it is."""
    digests = [source_digest(sources)]
    new = sources[package] / "new"
    added, renamed = new / "data.json", new / "other.json"
    added.parent.mkdir()
    added.write_text("{}")
    digests.append(source_digest(sources))
    added.rename(renamed)
    digests.append(source_digest(sources))
    assert len(set(digests)) == 3
    renamed.unlink()
    assert source_digest(sources) == digests[0]


def test_compiled_files_are_no_change(sources: list[Path]) -> None:
    """Bytecode beside the sources does not count as a change."""
    before = source_digest(sources)
    compiled = sources[0] / "__pycache__" / "error.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    assert source_digest(sources) == before
