"""The modules of a cold start; benchmarks tell its time."""

import subprocess
import sys
from pathlib import Path

from tests.folders import ROOT

from chime_proxy_provider.deferred_import import deferred

_ENVIRONMENT = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


def python(code: str, path: Path) -> str:
    """The output of a new process, without what the tests have imported."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command,
        env={**_ENVIRONMENT, "PYTHONPATH": str(path)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_provider_starts_without_boto3() -> None:
    """The handler and its client are ready without boto3, which crhelper imports for its polling."""
    code = (
        "import sys; from chime_proxy_provider.handler import handler; "
        "handler.client(); print('boto3' in sys.modules)"
    )

    assert python(code, ROOT / "lambda") == "False"


def test_deferred_module_is_loaded_by_its_first_use(tmp_path: Path) -> None:
    """A package that imported a deferred module gets the module itself once it reads an attribute."""
    (tmp_path / "large.py").write_text("print('loaded'); value = 1")
    (tmp_path / "user.py").write_text("import large\ndef use():\n    return large.value")
    (tmp_path / "deferred_import.py").write_text(
        (ROOT / "lambda/chime_proxy_provider/deferred_import.py").read_text()
    )
    code = (
        "from deferred_import import deferred\n"
        "with deferred('large'):\n"
        "    import user\n"
        "print('before'); print(user.use()); import large; print(large.value)"
    )

    assert python(code, tmp_path).split() == ["before", "loaded", "1", "1"]


def test_loaded_module_is_not_deferred() -> None:
    """A module that is loaded already stays as it is."""
    with deferred("subprocess"):
        assert sys.modules["subprocess"] is subprocess

    assert sys.modules["subprocess"] is subprocess
