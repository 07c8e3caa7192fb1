import shutil
from pathlib import Path

import pytest
from local.command.state import source_digest
from local.folder import ROOT

SOURCES = ("local", "lambda/chime_proxy_service")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Copy what a cloud is made of."""
    for folder in SOURCES:
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    return tmp_path


def test_change_of_any_source_is_noticed(sources: Path) -> None:
    """Whatever file of the cloud or of the service is edited, the cloud is started anew."""
    unchanged = source_digest(sources)
    files = [file for file in sources.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} >= {".py", ".html", ".css", ".svg", ".txt"}
    for file in files:
        before = file.read_bytes()
        file.write_bytes(before + b" ")
        assert source_digest(sources) != unchanged, file
        file.write_bytes(before)
    assert source_digest(sources) == unchanged


@pytest.mark.parametrize("folder", SOURCES)
def test_new_renamed_and_removed_sources_are_noticed(sources: Path, folder: str) -> None:
    """A file that is added, renamed or removed is a change as well, of whatever kind it is."""
    digests = [source_digest(sources)]
    added, renamed = sources / folder / "new" / "data.json", sources / folder / "new" / "other.json"
    added.parent.mkdir()
    added.write_text("{}")
    digests.append(source_digest(sources))
    added.rename(renamed)
    digests.append(source_digest(sources))
    assert len(set(digests)) == 3
    renamed.unlink()
    assert source_digest(sources) == digests[0]


def test_compiled_files_are_no_change(sources: Path) -> None:
    """Bytecode beside the sources does not count as a change."""
    before = source_digest(sources)
    compiled = sources / "local" / "__pycache__" / "error.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    assert source_digest(sources) == before
