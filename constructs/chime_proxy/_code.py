"""The code that runs in Lambda: where it lies, and how it becomes an asset without Docker."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, ILocalBundling, aws_lambda

from chime_proxy._lambda_sources import LAMBDA

_PROVIDER = "chime_proxy_provider"
_SERVICE = "chime_proxy_service"
HANDLER = f"{_PROVIDER}.handler.handler"
RUNTIME = aws_lambda.Runtime.PYTHON_3_14
ARCHITECTURE = aws_lambda.Architecture.ARM_64

_BYTECODE = ("__pycache__", "*.pyc")
_INSTALLERS_OWN = ("INSTALLER", "RECORD", "REQUESTED")


def provider_code() -> aws_lambda.Code:
    """The provider and the packages that it imports, boto3 excepted: the runtime brings it.

    The asset's hash is that of the sources and pins, so the same from a checkout and a wheel.
    """
    return aws_lambda.Code.from_asset(
        str(LAMBDA),
        asset_hash_type=AssetHashType.SOURCE,
        bundling=BundlingOptions(image=RUNTIME.bundling_image, local=_LocalBundling()),
        exclude=[_SERVICE, *(f"**/{name}" for name in _BYTECODE)],
    )


@jsii.implements(ILocalBundling)
class _LocalBundling:
    def try_bundle(self, output_dir: str, *_args: object, **_options: object) -> bool:
        """Fill the folder that becomes the asset."""
        output = Path(output_dir)
        shutil.copytree(
            LAMBDA / _PROVIDER, output / _PROVIDER, ignore=shutil.ignore_patterns(*_BYTECODE)
        )
        _install(LAMBDA / "requirements.txt", output)
        return True


def _install(requirements: Path, target: Path) -> None:
    command = [*_installer(), "--no-deps", "--quiet", "--requirement", str(requirements)]
    command += ["--target", str(target), "--only-binary", ":all:", "--python-version", _version()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        msg = f"the provider's packages could not be installed:\n{done.stderr.strip()}"
        raise RuntimeError(msg)
    # Commands of the packages, with this machine's paths in them, and an installer's own files.
    shutil.rmtree(target / "bin", ignore_errors=True)
    (target / ".lock").unlink(missing_ok=True)
    for name in _INSTALLERS_OWN:
        for file in target.glob(f"*.dist-info/{name}"):
            file.unlink()


def _installer() -> list[str]:
    if find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
        return [*pip, "--no-compile", "--root-user-action", "ignore"]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install"]
    msg = "bundling the provider needs pip in this Python (python -m ensurepip) or uv on the PATH"
    raise RuntimeError(msg)


def _version() -> str:
    return RUNTIME.name.removeprefix("python")
