"""What runs in Lambda, on the version of Python that Lambda runs."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tools.bundle.lambda_python import LambdaPython

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("on_lambda_python.py")
PACKAGES = (
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "phonenumbers",
    "s3transfer",
    "twilio",
    "urllib3",
)


@pytest.fixture(scope="module")
def seen(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script saw, with every warning an error."""
    out, modules = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("modules")
    shutil.copy(_place("six"), modules)
    python = LambdaPython.find(ROOT)
    assert python
    done = python.run(
        SCRIPT,
        {
            "/var/task": bundle,
            "/opt/modules": modules,
            "/out": out,
            "/checkout/tests": ROOT / "tests",
            "/checkout/chime_proxy_service": ROOT / "lambda" / "chime_proxy_service",
            **{f"/opt/python/{name}": _place(name).parent for name in PACKAGES},
        },
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads((out / "seen.json").read_text(encoding="utf-8"))
    return result


def _place(name: str) -> Path:
    spec = find_spec(name)
    assert spec
    assert spec.origin
    return Path(spec.origin)


def test_cold_start_compiles_nothing_of_the_bundle(seen: dict[str, Any]) -> None:
    """Lambda's Python takes the bytecode for every module that the handler imports."""
    assert seen["version"] == [3, 14]
    assert seen["compiled_at_start"] == []


def test_both_packages_import_without_a_warning(seen: dict[str, Any]) -> None:
    """Every module of the provider and the service imports on Python 3.14."""
    files = [
        path
        for package in ("chime_proxy_provider", "chime_proxy_service")
        for path in (ROOT / "lambda" / package).rglob("*.py")
    ]

    assert len(seen["modules"]) == len(files) - 2  # the two packages themselves


def test_session_is_served_from_create_to_delete(seen: dict[str, Any]) -> None:
    """Create, Update in place, replacement and Delete come to their ends on Python 3.14."""
    ids = seen["ids"]

    assert ids["created"] == ids["updated"] != ids["replaced"]
    assert seen["deleted"] == [ids["created"], ids["replaced"]]
    assert seen["left"] == 0
    assert {"POST", "DELETE"} <= set(seen["calls"])
