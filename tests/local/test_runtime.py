import subprocess
from pathlib import Path

import pytest

from chime_proxy_local.command.runtime import create_runtime


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the environment once."""
    return create_runtime(tmp_path_factory.mktemp("runtime"))


def _imports(python: Path, module: str) -> bool:
    command = [str(python), "-c", f"import {module}"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("module", ["boto3", "botocore", "urllib3", "dateutil", "jmespath", "ssl"])
def test_function_has_what_lambda_brings(python: Path, module: str) -> None:
    """Functions have boto3, what it needs, and the standard library."""
    assert _imports(python, module)


@pytest.mark.parametrize(
    "module", ["crhelper", "aws_lambda_powertools", "ministack", "pip", "chime_proxy_provider"]
)
def test_function_has_nothing_else(python: Path, module: str) -> None:
    """Functions have nothing else: what they need has to be in their zip."""
    assert not _imports(python, module)


def test_half_made_environment_is_replaced(python: Path) -> None:
    """An environment that was half made is made anew."""
    folder = python.parent.parent
    python.unlink()
    assert _imports(create_runtime(folder), "boto3")
