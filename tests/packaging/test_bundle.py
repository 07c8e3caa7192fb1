import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import aws_cdk as cdk
import pytest

from chime_proxy import ProxySessionProvider

_RUNTIME_BRINGS = (
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The asset of a synthesized provider."""
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")))
    ProxySessionProvider(cdk.Stack(app, "Calls"), "Provider", endpoint_url="https://example.com")
    (asset,) = Path(app.synth().directory).glob("asset.*")
    return asset


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's Python runtime brings beside the standard library."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in _RUNTIME_BRINGS:
        package = distribution(name)
        for top in {Path(file).parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            (folder / top).symlink_to(Path(str(package.locate_file(top))))
    return folder


def python(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """Run code with the standard library and what lies on a path, and nothing else."""
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-S", "-W", "error", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_handler_starts_from_the_bundle(bundle: Path, runtime: Path) -> None:
    """The bundle and what Lambda brings are all that the handler needs."""
    done = python("import chime_proxy_provider.handler", bundle, runtime)

    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("library", ["crhelper", "aws_lambda_powertools"])
def test_bundle_is_needed(runtime: Path, library: str) -> None:
    """What is zipped is not in the runtime, so that a missing package cannot hide."""
    assert "ModuleNotFoundError" in python(f"import {library}", runtime).stderr


def test_runtime_is_needed(bundle: Path) -> None:
    """The SDK is not zipped: Lambda's runtime brings it."""
    assert "ModuleNotFoundError" in python("import boto3", bundle).stderr


def test_nothing_twice(bundle: Path, runtime: Path) -> None:
    """What Lambda brings is not in the zip as well, where it would be compiled at each start."""
    zipped, brought = ({path.name for path in folder.iterdir()} for folder in (bundle, runtime))

    assert not zipped & brought


def test_nothing_compiled_or_foreign(bundle: Path) -> None:
    """The bundle has no bytecode, no machine code, no commands and none of the service."""
    files = [path for path in bundle.rglob("*") if path.is_file()]

    assert not [path for path in files if path.suffix in (".pyc", ".so", ".exe")]
    assert not (bundle / "bin").exists()
    assert not (bundle / "chime_proxy_service").exists()
    assert sysconfig.get_paths()["purelib"] not in "".join(map(str, files))


def test_size(bundle: Path, tmp_path: Path) -> None:
    """The zipped bundle is small."""
    zipped = shutil.make_archive(str(tmp_path / "bundle"), "zip", bundle)

    assert Path(zipped).stat().st_size < 1_500_000
