import os
from pathlib import Path

import pytest
from calls.installation import CallsError, install


def test_elsewhere_than_root_on_debian_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is installed, and the message has the remedy."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(CallsError, match=r"takes root on Debian: run it as root, in a container"):
        install(tmp_path / "asterisk")

    assert list(tmp_path.iterdir()) == []
